// events.ts - single events as rows: of the live stream, and found by a search.

import type { Params } from "./api";
import { el } from "./dom";
import * as format from "./format";
import type { Row } from "./report";

export const VERDICTS = ["accepted", "rejected", "deferred"];
export const KINDS = ["transaction", "accepted", "closed", "too-many", "refused", "queued", "delivery", "done", "bounce", "status", "alert", "check"];

function text(v: unknown): string {
	return typeof v === "string" ? v : typeof v === "number" ? String(v) : "";
}

function list(v: unknown): string {
	if (!Array.isArray(v))
		return text(v);
	return v.length > 2 ? `${text(v[0])}, ${text(v[1])} +${v.length - 2}` : v.map(text).join(", ");
}

/** What happened, in a few words. */
function what(e: Row): string {
	switch (e["kind"]) {
	case "accepted":
		return `connected, ${text(e["running"])}/${text(e["limit"])} before`;
	case "closed":
		return `ended after ${format.duration(Number(e["seconds"] ?? 0))}`;
	case "transaction":
		return text(e["disposition"]);
	case "delivery":
		return "delivery" + (e["seconds"] !== undefined ? `, ${format.duration(Number(e["seconds"]))}` : "");
	default:
		return text(e["kind"]);
	}
}

function detail(e: Row): string {
	return [e["text"], e["trailer"], e["message_id"]].map(text).filter(Boolean).join("  ");
}

const QUEUE = ["delivery", "queued", "done", "bounce"];

/** What finds its story again; null for events that have none. */
export function traceOf(e: Row, zone: string): Params | null {
	if (e["message_id"])
		return { what: text(e["message_id"]) };
	// The number of a message that ended is soon that of another: the time tells which.
	if (QUEUE.includes(text(e["kind"])))
		return e["queue_id"] && e["time"] ? { what: text(e["queue_id"]), as: "number", at: text(e["time"]) } : null;
	return e["pid"] && e["time"] ? { what: `${text(e["pid"])}@${format.time(text(e["time"]), zone)}` } : null;
}

export const HEADS = ["Time", "Process", "Client", "What", "From", "To", "Detail"];

export function eventRow(e: Row, zone: string, link: (story: Params) => string): HTMLTableRowElement {
	const story = traceOf(e, zone);
	const time = format.time(text(e["time"]), zone);
	const verdict = text(e["verdict"]) || (e["kind"] === "too-many" || e["kind"] === "refused" ? "rejected" : "");
	const client = text(e["client"]) || text(e["relay"]);
	return el("tr", { class: "event " + (VERDICTS.includes(verdict) ? verdict : "plain") },
		el("td", {}, story ? el("a", { href: link(story) }, time) : time),
		el("td", {}, text(e["pid"])),
		el("td", { title: text(e["host"]) || undefined }, client),
		el("td", {}, verdict && el("span", { class: "verdict" }, verdict), " ", what(e)),
		el("td", { class: "wide", title: text(e["sender"]) }, text(e["sender"]) || (e["sender"] === "" ? "<>" : "")),
		el("td", { class: "wide", title: list(e["recipients"]) }, list(e["recipients"])),
		el("td", { class: "wide", title: detail(e) }, detail(e)));
}

export function eventTable(caption: string, body: HTMLElement): HTMLElement {
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
		el("table", { class: "events" }, el("thead", {}, el("tr", {}, HEADS.map(h => el("th", { scope: "col" }, h)))), body));
}
