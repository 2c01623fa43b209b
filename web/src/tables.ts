// tables.ts - a table of a report: sortable, with bars, scrolling by itself.

import { el, replace, visible } from "./dom";
import * as format from "./format";
import { opens, type Filters } from "./opens";
import { num, type Column, type Report, type Row, type Section, type Table } from "./report";

const LEFT = new Set(["text", "ip", "time", "flag"]);

/** Columns with the numbers of lines; the first of these that is there gets bars. */
const BARS = ["count", "total", "totals", "denied", "mails", "messages", "sent", "connections", "failures", "del"];

export interface TableOptions {
	zone: string;
	columns?: string[];
	most?: number;
	/** What a row opens, or (with a column) one of its numbers; null: nothing. */
	open?: ((row: Row, column: string | null) => string | null) | undefined;
}

function barColumn(t: Table): string | null {
	return BARS.find(id => t.columns.some(c => c.id === id && c.type === "count")) ?? null;
}

function compare(c: Column, a: Row, b: Row): number {
	const x = a[c.id] ?? null, y = b[c.id] ?? null;
	if (typeof x === "number" && typeof y === "number")
		return y - x;
	if (x === null || y === null)
		return (x === null ? 1 : 0) - (y === null ? 1 : 0);
	return String(x).localeCompare(String(y));
}

function bodyRow(row: Row, columns: Column[], bar: string | null, most: number, o: TableOptions): HTMLElement {
	const cells = columns.map((c, i) => {
		const text = format.cell(row[c.id], c, o.zone);
		const href = i === 0 || c.type === "count" ? o.open?.(row, i === 0 ? null : c.id) ?? null : null;
		const inside = href && text ? el("a", { href }, text) : text;
		const td = el("td", { class: LEFT.has(c.type) ? c.type === "text" ? "wide" : undefined : "n" }, inside);
		if (c.type === "text" && text.length > 40)
			td.title = visible(text);
		return td;
	});
	if (bar) {
		const share = row["others"] || row["subtotal"] || most <= 0 ? 0 : num(row[bar]) / most;
		const span = el("span");
		span.style.width = Math.max(share > 0 ? 1 : 0, share * 100) + "%";
		cells.push(el("td", { class: "b", "aria-hidden": "true" }, span));
	}
	return el("tr", { class: row["subtotal"] ? "sub" : row["others"] ? "dim" : row["unusual"] ? "warn" : undefined }, cells);
}

/** Without rows: a word that says so. */
export function table(t: Table, o: TableOptions): HTMLElement {
	// "item" is the name of a row for programs, its label the one for people.
	const labelled = t.columns.some(c => c.id === "label");
	const columns = o.columns ? o.columns.flatMap(id => t.columns.filter(c => c.id === id)) :
		t.columns.filter(c => !(labelled && c.id === "item"));
	// Beside many numbers there is no room for bars.
	const bar = o.columns && columns.filter(c => !LEFT.has(c.type)).length > 2 ? null : barColumn(t);
	const rows = o.most ? t.rows.slice(0, o.most) : t.rows;
	const most = Math.max(0, ...rows.filter(r => !r["others"] && !r["subtotal"]).map(r => num(bar ? r[bar] : 0)));
	if (rows.length === 0)
		return el("p", { class: "dim" }, "none");
	const body = el("tbody");
	let sorted: string | null = null, direction = 1;
	const heads = columns.map(c => {
		const sort = () => {
			direction = sorted === c.id ? -direction : 1;
			sorted = c.id;
			heads.forEach((h, i) => h.setAttribute("aria-sort", columns[i] !== c ? "none" :
				(direction > 0) === LEFT.has(c.type) ? "ascending" : "descending"));
			fill([...rows].sort((a, b) => (num(Number(!!a["others"])) - num(Number(!!b["others"]))) ||
				direction * compare(c, a, b)));
		};
		return el("th", { scope: "col", class: LEFT.has(c.type) ? undefined : "n" },
			rows.length > 1 ? el("button", { type: "button", click: sort }, format.title(c.id)) : format.title(c.id));
	});
	const fill = (ordered: Row[]) => body.replaceChildren(...ordered.map(r => bodyRow(r, columns, bar, most, o)));
	fill(rows);
	const foot = (["totals", "percentages"] as const).filter(() => !o.most && !o.columns).flatMap(name => {
		const f = t[name];
		return f ? [el("tr", {}, columns.map(c => el("td", { class: LEFT.has(c.type) ? undefined : "n" },
			format.cell(f[c.id], name === "percentages" && typeof f[c.id] === "number" ? { ...c, type: "percent" } : c, o.zone))),
			bar && el("td", { class: "b" }))] : [];
	});
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t.title || "table" },
		el("table", { class: o.columns ? "league" : undefined }, el("thead", {}, el("tr", {}, heads, bar && el("td", { class: "b" }))), body,
			foot.length > 0 && el("tfoot", {}, foot)));
}

/** The address of a search; of a report in a file there is none. */
export type Search = (filters: Filters) => string;

/** What rows of "section" or "section/table" open. */
export function opener(name: string, zone: string, search: Search | undefined): TableOptions["open"] {
	return (row, column) => {
		const filters = search && opens(name, row, column, zone);
		return filters ? search(filters) : null;
	};
}

/** A whole section: its tables and notes. */
export function section(r: Report, id: string, s: Section, search?: Search): HTMLElement {
	const zone = r.period.zone;
	return el("section", { class: "card", id: "section-" + id },
		el("h2", {}, s.title),
		table(s, { zone, open: opener(id, zone, search) }),
		Object.entries(s.tables ?? {}).filter(([, t]) => t.rows.length > 0).map(([name, t]) =>
			el("div", {}, el("h3", {}, t.title), table(t, { zone, open: opener(id + "/" + name, zone, search) }))),
		(s.notes ?? []).map(n => el("p", { class: "note" }, n)));
}

/** Those of these sections that have something to say. */
export function sectionsOf(r: Report, ids: string[], search?: Search): HTMLElement {
	return el("div", { class: "grid all" }, ids.flatMap(id => {
		const s = r.sections[id];
		return s && (s.rows.length > 0 || s.tables) ? [section(r, id, s, search)] : [];
	}));
}

/** Tells an error of the server in place of what was asked for. */
export function failed(into: HTMLElement, e: unknown): void {
	if (e instanceof DOMException && e.name === "AbortError")
		return;
	replace(into, el("p", { class: "alert", role: "alert" }, e instanceof Error ? e.message : String(e)));
}
