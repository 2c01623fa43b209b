// overview.ts - a period at a glance: what needs attention, tiles, mail over time, the league tables.

import { chart, hourOf } from "./chart";
import { el } from "./dom";
import * as format from "./format";
import { heat } from "./heat";
import { item, num, things, type Report } from "./report";
import { opener, section, table, type Search } from "./tables";

export interface OverviewOptions {
	/** The period before, of the same length, or null while it is not known. */
	before: Report | null;
	zoom?: (first: string, last: string) => void;
	/** The address of a search; absent: rows open nothing. */
	search?: Search;
}

/* ---- tiles ---- */

interface Tile {
	label: string;
	/** Its row in section compare, where the period before was not asked for. */
	compare?: string;
	value: (r: Report) => number | null;
	show?: (n: number) => string;
	/** More of it is: good, bad, or neither. */
	more?: "good" | "bad";
	filters?: Record<string, string>;
}

const outcomes = (r: Report, id: string) => {
	const v = r.sections["hours"]?.totals?.[id];
	return typeof v === "number" ? v : null;
};

const connectionTime = (r: Report, column: string) => {
	const v = r.sections["connections"]?.tables?.["times"]?.rows[0]?.[column];
	return typeof v === "number" ? v : null;
};

/** Is there anything of a queue's log in the period? */
const queueItem = (r: Report, name: string) =>
	["delivered", "deferrals", "queued"].some(id => (item(r, "totals", id) ?? 0) > 0) ? item(r, "totals", name) : null;

const TILES: Tile[] = [
	{ label: "Transactions", compare: "transactions", value: r => item(r, "totals", "examined"), filters: { kind: "transaction" } },
	{ label: "Accepted", compare: "accepted", value: r => item(r, "totals", "received"), more: "good", filters: { verdict: "accepted", kind: "transaction" } },
	{ label: "Rejected", compare: "rejected", value: r => item(r, "totals", "rejected"), filters: { verdict: "rejected", kind: "transaction" } },
	{ label: "Tagged as spam", compare: "qued_spam", value: r => outcomes(r, "qued_spam") },
	{ label: "Put off", compare: "deferred", value: r => item(r, "totals", "deferred"), more: "bad", filters: { verdict: "deferred", kind: "transaction" } },
	{ label: "Delivered", value: r => queueItem(r, "delivered"), more: "good", filters: { verdict: "accepted", kind: "delivery" } },
	{ label: "Deferrals", value: r => queueItem(r, "deferrals"), more: "bad", filters: { verdict: "deferred", kind: "delivery" } },
	{ label: "In the queue", value: r => queueItem(r, "in_queue"), more: "bad" },
	{ label: "Connection time, median", value: r => connectionTime(r, "median"), show: format.duration, more: "bad" },
	{ label: "Connection time, 99\u202f%", value: r => connectionTime(r, "99_percent"), show: format.duration, more: "bad" },
];

function change(tile: Tile, now: number, r: Report, before: Report | null): HTMLElement | null {
	let then = before ? tile.value(before) : null;
	if (then === null && tile.compare)
		then = item(r, "compare", tile.compare, "previous");
	if (then === null || then === undefined)
		return null;
	const show = tile.show ?? format.short;
	if (then === 0)
		return el("p", { class: "change" }, now === 0 ? "as before" : "none before");
	const percent = (now - then) / then * 100;
	if (Math.abs(percent) < 0.5)
		return el("p", { class: "change" }, "as before");
	const up = percent > 0;
	const class_ = tile.more && Math.abs(percent) >= 10 ? (up === (tile.more === "good") ? "good" : "bad") : "";
	const by = Math.abs(percent) < 1000 ? Math.abs(percent).toFixed(Math.abs(percent) < 10 ? 1 : 0) + "\u202f%" : "\u00d7\u202f" + (now / then).toFixed(0);
	return el("p", { class: "change " + class_, title: "before: " + show(then) },
		el("span", { "aria-hidden": "true" }, up ? "\u25b2 " : "\u25bc "), el("span", { class: "sr" }, up ? "more by " : "less by "), by);
}

function tiles(r: Report, o: OverviewOptions): HTMLElement {
	const shown = TILES.flatMap(tile => {
		const v = tile.value(r);
		if (v === null)
			return [];
		const text = (tile.show ?? format.short)(v);
		const href = tile.filters && o.search ? o.search(tile.filters) : undefined;
		return [el("div", { class: "tile" }, el("h3", {}, tile.label),
			el("p", { class: "number", "data-value": v, title: tile.show ? undefined : format.count(v) }, href ? el("a", { href }, text) : text),
			change(tile, v, r, o.before))];
	});
	return el("div", { class: "tiles" }, shown);
}

/* ---- league tables ---- */

interface League {
	section: string;
	table?: string;
	title: string;
	columns: string[];
}

const LEAGUES: League[] = [
	{ section: "codes", title: "Dispositions", columns: ["reason", "count", "percent"] },
	{ section: "bl-use", title: "Block lists", columns: ["list", "count", "percent"] },
	{ section: "ips", title: "Clients", columns: ["ip", "denied", "queued", "host"] },
	{ section: "rcpt-users", title: "Recipients", columns: ["address", "queued", "rejected", "total"] },
	{ section: "rcpt-domains", title: "Recipient domains", columns: ["domain", "total", "accept", "deny"] },
	{ section: "tld", title: "Senders by top-level domain", columns: ["tld", "disposition", "count"] },
	{ section: "countries", title: "Countries", columns: ["country", "count", "percent"] },
	{ section: "viruses", title: "Viruses", columns: ["name", "count"] },
	{ section: "senders", title: "Senders of delivered mail", columns: ["address", "mails", "bytes"] },
	{ section: "dest-domains", title: "Destinations", columns: ["domain", "sent", "deferrals", "bounces"] },
	{ section: "deferrals", table: "classes", title: "Why deliveries were put off", columns: ["class", "count", "percent"] },
	{ section: "bounces", table: "classes", title: "Why deliveries failed", columns: ["class", "count", "percent"] },
];

const LEAGUE_ROWS = 10;

function league(l: League, r: Report, o: OverviewOptions): HTMLElement | null {
	const s = r.sections[l.section];
	const t = l.table ? s?.tables?.[l.table] : s;
	if (!s || !t || things(t).length === 0)
		return null;
	const rows = things(t).sort((a, b) => l.section === "rcpt-domains" || l.section === "tld" ?
		num(b[l.columns[l.columns.length - 1] === "count" ? "count" : "total"]) - num(a[l.columns[l.columns.length - 1] === "count" ? "count" : "total"]) : 0);
	const open = opener(l.table ? l.section + "/" + l.table : l.section, r.period.zone, o.search);
	return el("section", { class: "card" }, el("h2", {}, l.title),
		table({ ...t, title: l.title, rows }, { zone: r.period.zone, columns: l.columns, most: LEAGUE_ROWS, open }),
		rows.length > LEAGUE_ROWS && el("p", { class: "note" }, `${format.count(rows.length - LEAGUE_ROWS)} more in “${s.title}” below`));
}

/* ---- the view ---- */

function overTime(r: Report, o: OverviewOptions): HTMLElement | null {
	const hours = r.sections["hours"];
	const traffic = r.sections["traffic-days"];
	const t = hours && num(hours.totals?.["totals"]) > 0 ? hours : traffic;
	if (!t || t.rows.length === 0)
		return null;
	return el("section", { class: "card wide" }, el("h2", {}, t === hours ? "Mail over time" : "Traffic over time"),
		chart(t, o.zoom ? { zoom: o.zoom } : {}),
		el("p", { class: "note" }, o.zoom ? "Mark a part of it to look closer." : "Mark a part of it to look closer; double click shows all of it again."));
}

function heatMap(r: Report): HTMLElement | null {
	const hours = r.sections["hours"];
	const days = new Set(hours?.rows.map(row => hourOf(row)?.day));
	const map = hours && days.size >= 3 ? heat(hours) : null;
	return map && el("section", { class: "card wide" }, el("h2", {}, "When mail comes"),
		el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "When mail comes" }, map));
}

function alerts(r: Report): HTMLElement | null {
	const unusual = (r.sections["compare"]?.rows ?? []).filter(row => row["unusual"] === true).map(row =>
		`${String(row["label"])}: ${format.count(num(row["this_period"]))}, on this weekday usually about ${format.short(num(row["weekday_mean"]))}.`);
	const all = [...r.alerts, ...unusual];
	return all.length === 0 ? null : el("section", { class: "card wide attention", role: "status" },
		el("h2", {}, "Needs attention"), el("ul", {}, all.map(a => el("li", {}, a))));
}

export function overview(r: Report, o: OverviewOptions): HTMLElement {
	const all = el("div", { class: "grid" });
	const details = el("details", { class: "all" }, el("summary", {}, "All tables"), all);
	// A thousand rows of tables wait until somebody wants them.
	details.addEventListener("toggle", () => {
		if (details.open && all.childElementCount === 0)
			all.append(...Object.entries(r.sections).map(([id, s]) => section(r, id, s, o.search)));
	});
	addEventListener("beforeprint", () => { details.open = true; });
	return el("div", {}, alerts(r), tiles(r, o),
		el("div", { class: "grid" }, overTime(r, o), heatMap(r), LEAGUES.map(l => league(l, r, o))), details);
}
