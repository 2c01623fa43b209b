// heat.ts - when mail comes: hour by weekday, as a table of shades.

import { hourOf } from "./chart";
import { el } from "./dom";
import * as format from "./format";
import { num, type Table } from "./report";

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Mean transactions of each hour of the days that the table holds; null where it has no hours. */
export function heat(hours: Table): HTMLElement | null {
	const sums = DAYS.map(() => new Array<number>(24).fill(0));
	const days = DAYS.map(() => Array.from({ length: 24 }, () => new Set<string>()));
	for (const row of hours.rows) {
		const at = hourOf(row);
		if (at === null)
			return null;
		sums[at.weekday]![at.hour]! += num(row["totals"]);
		days[at.weekday]![at.hour]!.add(at.day);
	}
	const mean = (d: number, h: number) => {
		const n = days[d]![h]!.size;
		return n > 0 ? sums[d]![h]! / n : null;
	};
	const most = Math.max(1, ...DAYS.flatMap((_, d) => sums[d]!.map((_s, h) => mean(d, h) ?? 0)));
	const cell = (d: number, h: number) => {
		const v = mean(d, h);
		const td = el("td", { class: v === null ? "none" : undefined,
			title: `${DAYS[d]} ${String(h).padStart(2, "0")}h: ${v === null ? "no data" : format.short(v) + " transactions"}` },
			el("span", { class: "sr" }, v === null ? "no data" : format.short(v)));
		if (v !== null)
			td.style.setProperty("--heat", (100 * v / most).toFixed(1) + "%");
		return td;
	};
	return el("table", { class: "heat" },
		el("thead", {}, el("tr", {}, el("td"), Array.from({ length: 24 }, (_, h) =>
			el("th", { scope: "col", "aria-label": h + " hours" }, h % 3 === 0 ? String(h).padStart(2, "0") : "")))),
		el("tbody", {}, DAYS.map((name, d) => el("tr", {},
			el("th", { scope: "row", "aria-label": name }, name.slice(0, 2)), Array.from({ length: 24 }, (_, h) => cell(d, h))))));
}
