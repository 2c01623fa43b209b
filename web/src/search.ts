// search.ts - events by what is known of them, and the story behind one.

import * as api from "./api";
import { el, replace } from "./dom";
import { eventRow, eventTable, KINDS, VERDICTS } from "./events";
import * as format from "./format";
import type { App, View } from "./view";

interface Field { name: string; label: string; hint?: string; big?: boolean; choices?: string[] }

const FIELDS: Field[] = [
	{ name: "q", label: "Text", hint: "in the line, an address, a name", big: true },
	{ name: "from", label: "From", hint: "ann@example.org, @example.org" },
	{ name: "to", label: "To", hint: "ben@example.org, @example.org" },
	{ name: "client", label: "Client", hint: "192.0.2.1, 192.0.2.0/24" },
	{ name: "host", label: "Client's name", hint: "*.example.net" },
	{ name: "disposition", label: "Decided by", hint: "queued, dnsbl, \u2026" },
	{ name: "verdict", label: "Verdict", choices: [...VERDICTS, "denied"] },
	{ name: "kind", label: "Kind", choices: KINDS },
	{ name: "min_score", label: "Spam score from", hint: "5" },
	{ name: "since", label: "Since", hint: "2026-03-10 14:00, -2h" },
	{ name: "until", label: "Until", hint: "2026-03-11" },
];

const LIMIT = 200;

function fail(e: unknown): HTMLElement | null {
	if (e instanceof DOMException && e.name === "AbortError")
		return null;
	return el("p", { class: "alert", role: "alert" }, e instanceof Error ? e.message : String(e));
}

function form(params: api.Params, submit: (p: api.Params) => void): HTMLElement {
	const inputs = FIELDS.map(f => {
		const value = params[f.name] ?? "";
		const input = f.choices ?
			el("select", { name: f.name }, ["", ...f.choices].map(c => el("option", { value: c, selected: c === value }, c || "any"))) :
			el("input", { name: f.name, placeholder: f.hint, value, autocomplete: "off", spellcheck: "false" });
		return el("label", { class: f.big ? "big" : undefined }, f.label, input);
	});
	const fixed = el("input", { type: "checkbox", name: "fixed", value: "1", checked: params["fixed"] === "1" });
	const f = el("form", { class: "filters", role: "search", submit: e => {
		e.preventDefault();
		const given = Object.fromEntries([...new FormData(f)].map(([k, v]) => [k, String(v).trim()]).filter(([, v]) => v !== ""));
		submit(given);
	} }, inputs, el("label", { class: "check" }, fixed, "text as it is, no pattern"),
	el("div", {}, el("button", { class: "go", type: "submit" }, "Search"),
		el("button", { type: "button", click: () => submit({}) }, "Clear")));
	return f;
}

function found(list: api.Params[], answer: Awaited<ReturnType<typeof api.events>>, app: App): HTMLElement {
	void list;
	const events = answer.events;
	if (events.length === 0)
		return el("p", { class: "card" }, "Nothing was found.");
	const link = (params: api.Params) => app.link({ view: "trace", params });
	return el("div", {}, el("p", { class: "dim", role: "status" },
		events.length < LIMIT ? `${format.count(events.length)} found, newest first` : `The newest ${LIMIT}; more filters or a shorter time show what is older`),
	eventTable("Events found, newest first", el("tbody", {}, events.map(e => eventRow(e, app.health.zone, link)))));
}

export const SEARCH: View = { id: "search", title: "Search", show(main, params, app) {
	const abort = new AbortController();
	const result = el("div", { "aria-live": "polite" });
	const what = el("input", { name: "what", placeholder: "<id@example.org>, ann@example.org, 192.0.2.1", autocomplete: "off", spellcheck: "false" });
	replace(main, el("h1", { class: "sr" }, "Search"),
		form(params, p => app.go({ view: "search", params: p })),
		el("form", { class: "filters", submit: e => {
			e.preventDefault();
			if (what.value.trim())
				app.go({ view: "trace", params: { what: what.value.trim() } });
		} }, el("label", { class: "big" }, "Or the whole story of a message-id, address or client", what),
		el("div", {}, el("button", { type: "submit" }, "Tell"))), result);
	if (Object.keys(params).length === 0)
		return;
	replace(result, el("p", { class: "dim wait" }, "searching\u2026"));
	api.events({ ...params, limit: String(LIMIT) }, abort.signal).then(
		answer => replace(result, found([params], answer, app)), e => replace(result, fail(e)));
	return () => abort.abort();
} };

function line(l: api.TraceLine, begun: number, zone: string): HTMLElement {
	const after = Date.parse(l.time) - begun;
	const result = l.result && /^[a-z]+$/.test(l.result) ? l.result : "";
	return el("li", { class: result || undefined },
		el("time", { datetime: l.time, title: format.time(l.time, zone) }, after < 1000 ? `+${after}\u202fms` : `+${(after / 1000).toFixed(1)}\u202fs`),
		el("span", { class: "result" }, result), el("code", {}, l.text));
}

function story(s: api.Story, open: boolean, zone: string): HTMLElement {
	const lines = s.lines ?? [];
	const begun = Date.parse(lines[0]?.time ?? s.time);
	return el("section", { class: "card story " + (VERDICTS.includes(s.verdict) ? s.verdict : "plain") },
		el("h2", {}, el("span", { class: "verdict" }, s.verdict), " ", format.time(s.time, zone)),
		el("p", { class: "sentence" }, s.sentence),
		lines.length > 0 && el("details", { open }, el("summary", {}, `${lines.length} lines of the log`),
			el("ol", { class: "timeline" }, lines.map(l => line(l, begun, zone)))));
}

/**
 * The stories asked for; with a time only the one in which something happened then.  It begins before, unless it was
 * queued before the logs begin and is known from its end on.
 */
async function stories(params: api.Params, signal: AbortSignal): Promise<api.Story[]> {
	const { at = "", ...asked } = params;
	if (!at)
		return (await api.trace({ ...asked, limit: "20" }, signal)).stories;
	const time = Date.parse(at), next = new Date(time + 1).toISOString();
	for (const side of [{ until: next }, { since: next }] as api.Params[]) {
		const found = (await api.trace({ ...asked, ...side, limit: "50" }, signal)).stories.filter(s => s.lines?.some(l => Date.parse(l.time) === time));
		if (found.length > 0)
			return found;
	}
	return [];
}

export const TRACE: View = { id: "trace", title: "Story", show(main, params, app) {
	const abort = new AbortController();
	const what = params["what"] ?? "";
	const result = el("div", { "aria-live": "polite" }, el("p", { class: "dim wait" }, "reading\u2026"));
	replace(main, el("h1", {}, what), el("p", {}, el("a", { href: app.link({ view: "search", params: {} }) }, "Search again")), result);
	stories(params, abort.signal).then(found => replace(result,
		found.length === 0 ? el("p", { class: "card" }, "Nothing is known of it in these logs.") :
			el("div", {}, found.map(s => story(s, found.length === 1, app.health.zone)))),
	e => replace(result, fail(e)));
	return () => abort.abort();
} };
