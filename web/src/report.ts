// report.ts - the JSON of a report (schema 1), and how to find things in it.

export type Value = string | number | boolean | null;
export type Row = Record<string, Value>;
export type Type = "text" | "ip" | "count" | "bytes" | "duration" | "percent" | "real" | "time" | "flag";

export interface Column { id: string; type: Type }

export interface Table {
	title: string;
	columns: Column[];
	rows: Row[];
	totals?: Row;
	percentages?: Row;
}

export interface Section extends Table {
	tables?: Record<string, Table>;
	notes?: string[];
}

export interface Report {
	schema: number;
	program: string;
	host: string;
	period: { since: string | null; until: string | null; zone: string; hours: number | null };
	inputs: Row[];
	head: Row;
	alerts: string[];
	sections: Record<string, Section>;
}

export function num(v: Value | undefined): number {
	return typeof v === "number" ? v : 0;
}

/** The value of a row that is named by its item, as in "totals"; null where there is none. */
export function item(r: Report, section: string, name: string, column = "value"): number | null {
	const row = r.sections[section]?.rows.find(row => row["item"] === name);
	const v = row?.[column];
	return typeof v === "number" ? v : null;
}

/** Rows that are things, not sums of them. */
export function things(t: Table | undefined): Row[] {
	return (t?.rows ?? []).filter(r => !r["subtotal"] && !r["others"]);
}
