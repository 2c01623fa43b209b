// insights.ts - what stands out: sentences, each with its rows, and when something is worth one.

import { el, replace } from "./dom";
import { opener, table, type Search } from "./tables";
import { periodView } from "./period_view";
import type { Report, Row, Section } from "./report";

/** "known-accepted 3 mails, known-share 50 percent": their names. */
function namesOf(thresholds: string): string[] {
	return thresholds.split(", ").map(t => t.split(" ")[0] ?? "").filter(Boolean);
}

/** Why it is told, in the words of the thresholds. */
function reasons(s: Section, row: Row): HTMLElement | null {
	const all = s.tables?.["thresholds"]?.rows ?? [];
	const used = namesOf(String(row["thresholds"] ?? "")).flatMap(name => all.filter(t => t["threshold"] === name));
	return used.length === 0 ? null : el("details", { class: "why" }, el("summary", {}, "Why is this told?"),
		el("ul", {}, used.map(t => el("li", {}, el("strong", {}, `${t["value"]} ${t["unit"]}`), ` (${t["threshold"]}): ${t["meaning"]}`))));
}

function finding(r: Report, s: Section, row: Row, search: Search): HTMLElement {
	const name = String(row["insight"]), rows = s.tables?.[name];
	return el("section", { class: "card wide finding" + (row["attention"] ? " urgent" : ""), id: "insight-" + name },
		el("h2", {}, row["attention"] ? el("span", { class: "mark", title: "needs attention" }, "! ") : null, String(row["sentence"])),
		rows && table(rows, { zone: r.period.zone, open: opener("insights/" + name, r.period.zone, search) }),
		(s.notes ?? []).filter(n => n.startsWith(name + ":")).map(n => el("p", { class: "note" }, n)),
		reasons(s, row));
}

function thresholds(s: Section, zone: string): HTMLElement | null {
	const t = s.tables?.["thresholds"];
	return t ? el("details", { class: "card wide" }, el("summary", {}, "When something is worth a sentence"), el("div", { class: "reading" }, table(t, { zone }))) : null;
}

export const INSIGHTS = periodView("insights", "Insights", "insights", (r, p, app, below) => {
	const s = r.sections["insights"];
	const search = (filters: Record<string, string>) =>
		app.link({ view: "search", params: { since: p.since, until: p.until, ...filters } });
	if (!s)
		return;
	const known = new Set(s.rows.map(row => String(row["insight"])));
	const notes = (s.notes ?? []).filter(n => !known.has(n.split(":")[0]!));
	replace(below, el("div", { class: "grid" },
		s.rows.length === 0 && el("p", { class: "card wide" }, "Nothing stands out in this period."),
		s.rows.map(row => finding(r, s, row, search)),
		notes.map(n => el("p", { class: "note wide" }, n)), thresholds(s, r.period.zone)));
});
