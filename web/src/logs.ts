// logs.ts - the log files themselves: pick one, look for words, as local times or raw labels; states of multilog.

import * as api from "./api";
import { el, replace } from "./dom";
import * as format from "./format";
import { num, type Report, type Row } from "./report";
import { failed, section } from "./tables";
import type { App, View } from "./view";

const text = (row: Row, column: string): string => typeof row[column] === "string" ? row[column] as string : "";

/* ---- which files there are ---- */

function when(row: Row, zone: string): string {
	const [first, last] = [text(row, "first"), text(row, "last")].map(t => t && format.time(t, zone));
	return first && last ? `${first} to ${last}` : last ? `until ${last}` : text(row, "changed") ? "changed " + format.time(text(row, "changed"), zone) : "";
}

function fileName(row: Row, zone: string): string {
	return [text(row, "name"), format.bytes(num(row["bytes"])) + (text(row, "packed") ? " " + text(row, "packed") : ""), when(row, zone)].filter(Boolean).join(", ");
}

/** What is written just now, else the newest. */
function usual(files: Row[]): Row | undefined {
	const age = (row: Row) => text(row, "last") || text(row, "changed");
	return files.find(row => row["kind"] === "current") ?? [...files].sort((a, b) => age(b).localeCompare(age(a)))[0];
}

function picker(files: Row[], states: Row[], chosen: string, zone: string): HTMLSelectElement {
	const groups = [...new Set([...files, ...states].map(row => text(row, "stream")))];
	const select = el("select", { name: "file" }, groups.map(stream => el("optgroup", { label: stream },
		files.filter(row => text(row, "stream") === stream).map(row =>
			el("option", { value: "id=" + text(row, "id"), disabled: !!text(row, "problem") },
				fileName(row, zone) + (text(row, "problem") ? ": " + text(row, "problem") : ""))),
		states.filter(row => text(row, "stream") === stream).map(row =>
			el("option", { value: "state=" + text(row, "id") }, `state of multilog, ${when(row, zone)}`)))));
	select.value = chosen;
	return select;
}

/* ---- lines ---- */

/** A connection of qpsmtpd has its process's number in front. */
function storyOf(line: api.LogLine): string {
	const process = /^(\d{1,10}) /.exec(line.text);
	return process && line.local ? `${process[1]}@${line.local}` : "";
}

function lineRow(line: api.LogLine, raw: boolean, app: App): HTMLTableRowElement {
	const story = storyOf(line), stamp = (raw ? line.stamp : line.local) ?? "";
	return el("tr", {}, el("td", { class: "stamp" }, story && stamp ? el("a", { href: app.link({ view: "trace", params: { what: story } }) }, stamp) : stamp),
		el("td", { class: "text" }, line.text, line.cut && el("i", { class: "dim" }, " (cut)")));
}

const STOPPED: Record<string, string> = {
	limit: "There are more lines.", bytes: "There is more than fits into one answer.", time: "This took a while, and there is more to look at.",
};

function linesTable(caption: string, body: HTMLElement): HTMLElement {
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
		el("table", { class: "lines" }, el("thead", { class: "sr" }, el("tr", {}, el("th", { scope: "col" }, "Time"), el("th", { scope: "col" }, "Line"))), body));
}

function showLines(into: HTMLElement, params: api.Params, app: App, signal: AbortSignal): void {
	const body = el("tbody"), said = el("p", { class: "dim", role: "status" }), more = el("div");
	const raw = params["raw"] === "1";
	let shown = 0;

	function take(page: api.LogPage): void {
		shown += page.lines.length;
		body.append(...page.lines.map(l => lineRow(l, raw, app)));
		const found = params["q"] ? "found" : params["last"] ? "the last ones" : "shown";
		said.textContent = `${format.count(shown)} lines, ${found}.` + (page.next !== null ? " " + (STOPPED[page.reason ?? ""] ?? "") : params["last"] ? "" : " That is all.");
		replace(more, page.next === null ? null : el("button", { type: "button", class: "more", click: () => ask(String(page.next)) }, "Go on"));
	}

	function ask(at: string): void {
		replace(more, el("p", { class: "dim" }, "reading\u2026"));
		const { id = "", q = "", fixed = "", last = "" } = params;
		api.logLines({ id, q, fixed, last: at ? "" : last, at }, signal).then(page => {
			if (at === "")
				replace(into, el("section", { class: "card" }, el("h2", {}, `${page.stream}/${page.name}`), said, linesTable("Lines of the log", body), more));
			take(page);
		}, e => failed(at === "" ? into : more, e));
	}
	ask(params["at"] ?? "");
}

function showState(into: HTMLElement, id: string, app: App, signal: AbortSignal): void {
	api.logState(id, signal).then(r => {
		const search = (filters: Record<string, string>) => app.link({ view: "search", params: filters });
		replace(into, el("div", { class: "grid all" }, ...Object.entries(r.sections).map(([name, s]) => {
			const head = ["since", "newest"].filter(h => typeof r.head[h] === "string").map(h => `${h} ${format.time(String(r.head[h]), r.period.zone)}`);
			const total = typeof r.head["total"] === "number" ? [`${format.count(r.head["total"])} in all`] : [];
			const card = section(r, name, s, search);
			card.querySelector("h2")?.after(el("p", { class: "dim" }, [...head, ...total].join(", ")));
			return card;
		})));
	}, e => failed(into, e));
}

/* ---- the view ---- */

function form(list: Report, params: api.Params, chosen: string, app: App): HTMLElement {
	const zone = app.health.zone;
	const file = picker(list.sections["logs"]?.rows ?? [], list.sections["states"]?.rows ?? [], chosen, zone);
	const q = el("input", { type: "search", name: "q", value: params["q"] ?? "", autocomplete: "off", spellcheck: "false", placeholder: "words, or an expression" });
	const fixed = el("input", { type: "checkbox", name: "fixed", checked: params["fixed"] === "1" });
	const from = el("select", { name: "from" }, el("option", { value: "last" }, "the last lines"), el("option", { value: "" }, "from the beginning"));
	from.value = params["last"] === "1" ? "last" : "";
	const raw = params["raw"] === "1";
	const go = (change: api.Params = {}) => {
		const [kind = "", id = ""] = file.value.split("=", 2);
		app.go({ view: "logs", params: kind === "state" ? { state: id } : { id, q: q.value.trim(), fixed: fixed.checked ? "1" : "",
			last: from.value === "last" ? "1" : "", from: from.value === "last" ? "" : "start", raw: raw ? "1" : "", ...change } });
	};
	file.addEventListener("change", () => go());
	from.addEventListener("change", () => go());
	return el("form", { class: "filters", role: "search", submit: e => { e.preventDefault(); go(); } },
		el("label", { class: "big" }, "Log file", file), el("label", { class: "big" }, "Only lines with", q),
		el("label", { class: "check" }, fixed, "text as it is, no pattern"), el("label", {}, "Which", from),
		el("div", { class: "line", role: "group", "aria-label": "Show" },
			el("button", { class: "go", type: "submit" }, "Show"),
			el("button", { type: "button", "aria-pressed": String(!raw), click: () => go({ raw: "" }) }, "Local time"),
			el("button", { type: "button", "aria-pressed": String(raw), click: () => go({ raw: "1" }) }, "Raw labels")));
}

export const LOGS: View = { id: "logs", title: "Logs", show(main, params, app) {
	const abort = new AbortController();
	const below = el("div", { "aria-live": "polite" }, el("p", { class: "dim wait" }, "reading\u2026"));
	const top = el("div");
	replace(main, el("h1", { class: "sr" }, "Logs"), top, below);
	api.logs(abort.signal).then(list => {
		const files = list.sections["logs"]?.rows ?? [];
		const first = usual(files);
		// What the address does not say: the end of the newest file.
		const p: api.Params = { ...params };
		if (!p["id"] && !p["state"] && first)
			p["id"] = text(first, "id");
		if (!p["from"] && !p["at"] && !p["q"])
			p["last"] = "1";
		replace(top, form(list, p, p["state"] ? "state=" + p["state"] : "id=" + (p["id"] ?? ""), app));
		if (p["state"])
			showState(below, p["state"], app, abort.signal);
		else if (p["id"])
			showLines(below, p, app, abort.signal);
		else
			replace(below, el("p", { class: "card" }, "There are no log files."));
	}).catch(e => failed(below, e));
	return () => abort.abort();
} };
