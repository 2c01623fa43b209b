// opens.ts - which events stand behind a row of a report, and behind each of its numbers.

import * as format from "./format";
import { hourLabel } from "./period";
import type { Row } from "./report";

/** Filters of a search, as its address has them. */
export type Filters = Record<string, string>;

interface Opens {
	row: (row: Row, zone: string) => Filters | null;
	/** What a column's number adds to them. */
	cells?: Record<string, Filters>;
}

const ACCEPTED = { verdict: "accepted" }, REJECTED = { verdict: "rejected" }, DEFERRED = { verdict: "deferred" }, DENIED = { verdict: "denied" };
const OUTCOMES = { queued: ACCEPTED, accepted: ACCEPTED, accept: ACCEPTED, rejected: REJECTED, refused: REJECTED, denied: DENIED,
	deny: DENIED, deferred: DEFERRED, temporary: DEFERRED, put_off: DEFERRED };
const DELIVERIES = { sent: ACCEPTED, deferrals: DEFERRED, deferred: DEFERRED, bounces: REJECTED, bounced: REJECTED };

function text(row: Row, column: string): string {
	const v = row[column];
	return typeof v === "string" ? v : "";
}

/** Names in brackets are of no one thing: "(none)", "(7 others)". */
function by(filter: string, column: string, more: Filters = {}): (row: Row) => Filters | null {
	return row => {
		const v = text(row, column);
		return v && !v.startsWith("(") ? { ...more, [filter]: v } : null;
	};
}

const inDomain = (column: string, more: Filters = {}) => (row: Row) => {
	const v = text(row, column);
	return v.includes(".") && !v.startsWith("(") ? { ...more, to: "@" + v } : null;
};

/** A row of time: "2026-03-29, 14" or "2026-03-29". */
const inTime = (column: string, more: Filters = {}) => (row: Row) => {
	const since = hourLabel(text(row, column), 0), until = hourLabel(text(row, column), 1);
	return since && until ? { ...more, since, until } : null;
};

/** The second of an event. */
const atSecond = (column: string, filter: string, from: string) => (row: Row, zone: string) => {
	const at = Date.parse(text(row, column));
	return Number.isNaN(at) ? null : { [filter]: text(row, from), since: format.time(text(row, column), zone),
		until: format.time(new Date(at + 1000).toISOString(), zone) };
};

const between = (row: Row, zone: string) => ({ since: format.time(text(row, "from"), zone), until: format.time(text(row, "until"), zone) });

/** Of a normalised reason the longest piece that stands in the log as it is. */
const reason = (verdict: Filters) => (row: Row) => {
	const piece = text(row, "reason").replace(/^(\d[\d.]*|-) /, "").split("*").map(s => s.trim()).sort((a, b) => b.length - a.length)[0] ?? "";
	return piece.length < 4 ? null : { ...verdict, kind: "delivery", q: piece.replace(/[_ ]/g, "_"), fixed: "1" };
};

const mail = { kind: "transaction" };
const TOTALS: Record<string, Filters> = {
	examined: mail, transactions: mail, received: { ...mail, ...ACCEPTED }, accepted: { ...mail, ...ACCEPTED }, rejected: { ...mail, ...REJECTED },
	deferred: { ...mail, ...DEFERRED }, connections: { kind: "accepted" }, delivered: { kind: "delivery", ...ACCEPTED },
	deferrals: { kind: "delivery", ...DEFERRED }, bounced: { kind: "delivery", ...REJECTED },
};
const ofItem = (row: Row) => TOTALS[text(row, "item")] ?? null;
const disposition = by("disposition", "disposition", mail);
const client = by("client", "ip");

/** By "section", or "section/table". */
const OPENS: Record<string, Opens> = {
	"hours": { row: inTime("hour", mail) },
	"rcpt-domains": { row: inDomain("domain", mail), cells: OUTCOMES },
	"viruses": { row: by("q", "name", { fixed: "1" }) },
	"codes": { row: by("disposition", "reason", mail) },
	"bl-use": { row: by("q", "list", { fixed: "1", ...DENIED }) },
	"rcpt-users": { row: by("to", "address", mail), cells: { ...OUTCOMES, rejected: DENIED } },
	"unrecognised": { row: by("disposition", "name", mail) },
	"tld": { row: row => text(row, "tld").startsWith("(") ? null :
		{ ...mail, from: "*." + text(row, "tld"), ...(text(row, "disposition") ? { disposition: text(row, "disposition") } : {}) } },
	"ips": { row: client, cells: OUTCOMES },
	"qplogsumm": { row: disposition },
	"connections": { row: inTime("hour", { kind: "accepted" }) },
	"connections/dispositions": { row: disposition },
	"connections/slowest": { row: client },
	"connections/limits": { row: by("client", "ip", { kind: "too-many" }) },
	"totals": { row: ofItem },
	"compare": { row: ofItem },
	"traffic-days": { row: inTime("day"), cells: { rejected: { ...mail, ...REJECTED }, received: { ...mail, ...ACCEPTED } } },
	"days": { row: inTime("day") },
	"auth": { row: by("client", "network", { ...mail, ...DENIED }) },
	"auth/patterns": { row: by("client", "network", { ...mail, ...DENIED }) },
	"deferrals": { row: reason(DEFERRED) },
	"bounces": { row: reason(REJECTED) },
	"dest-domains": { row: inDomain("domain", { kind: "delivery" }), cells: DELIVERIES },
	"qmail-hosts": { row: inDomain("host", { kind: "delivery" }) },
	"qmail-recipients": { row: by("to", "recipient", { kind: "delivery" }) },
	"senders": { row: by("from", "address") },
	"receivers": { row: by("to", "address") },
	"insights/silence": { row: between },
	"insights/list-errors": { row: by("q", "list", { fixed: "1" }) },
	"insights/refused-clients": { row: by("client", "client", mail), cells: OUTCOMES },
	"insights/refused-senders": { row: by("from", "sender", mail), cells: OUTCOMES },
	"insights/logins": { row: by("client", "network", { ...mail, ...DENIED }) },
	"insights/unusual-dispositions": { row: disposition },
	"insights/unusual-networks": { row: by("client", "network", mail) },
	"insights/unusual-recipients": { row: by("to", "recipient", mail) },
	"insights/unusual-deferrals": { row: reason(DEFERRED) },
	"insights/returns": { row: row => ({ ...mail, client: text(row, "network"), from: text(row, "sender") }), cells: OUTCOMES },
	"dnsbl-test": { row: atSecond("when", "client", "ip") },
	"dnsbl-test/recipients": { row: by("to", "recipient", mail) },
};

/** Columns that hold what a row is called or counts as a whole. */
const WHOLE = new Set(["count", "total", "totals", "failures", "mails", "value", "this_period", "connections", "refusals", "hits", "mess"]);

/**
 * The filters behind a row (no column) or behind one of its numbers; null: nothing is known to be.
 * Sums of several things open nothing.
 */
export function opens(table: string, row: Row, column: string | null, zone: string): Filters | null {
	const o = OPENS[table];
	if (!o || row["others"] || row["subtotal"])
		return null;
	const filters = o.row(row, zone);
	if (!filters || column === null)
		return filters;
	const more = o.cells?.[column];
	const v = row[column];
	if (typeof v !== "number" || v === 0)
		return null;
	return more ? { ...filters, ...more } : WHOLE.has(column) ? filters : null;
}
