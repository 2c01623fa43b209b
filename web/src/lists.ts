// lists.ts - block lists: how they are used, and what others would have done, from answers that were kept.

import * as api from "./api";
import { el, replace } from "./dom";
import * as format from "./format";
import { num, type Report, type Section } from "./report";
import { failed, section, sectionsOf, type Search } from "./tables";
import { periodView } from "./period_view";
import type { Period } from "./period";
import type { App } from "./view";

const SECTIONS = ["bl-use", "bl-config", "ips", "countries", "tld", "auth"];

/** The numbers of a what-if, in words. */
const HEAD: [string, string, string][] = [
	["tested", "Mails looked at", "not denied by a DNSBL as it was"], ["listed", "Listed", "of these, by any of the lists"],
	["ham_lost", "Good mail lost", "accepted, not tagged"], ["spam_saved", "Spam saved", "accepted and tagged as spam"],
	["denied_anyway", "Denied anyway", "by something else"],
];

/** Hundreds of rows wait until somebody wants them. */
function oneByOne(r: Report, s: Section, search: Search): HTMLElement {
	const box = el("details", { class: "all" }, el("summary", {}, `The mails, one by one: ${format.count(s.rows.length)}`));
	box.addEventListener("toggle", () => {
		if (box.open && box.childElementCount === 1)
			box.append(section(r, "dnsbl-test", { ...s, tables: {}, notes: [] }, search));
	});
	return box;
}

function answer(r: Report, search: Search): HTMLElement {
	const s = r.sections["dnsbl-test"];
	if (!s)
		return el("p", { class: "dim" }, "Nothing.");
	// The lists first.
	const { lists, ...others } = s.tables ?? {};
	const tables = Object.entries({ ...(lists ? { lists } : {}), ...others }).filter(([, t]) => t.rows.length > 0);
	return el("div", {},
		r.alerts.length > 0 && el("ul", { class: "alert" }, r.alerts.map(a => el("li", {}, a))),
		el("div", { class: "tiles" }, HEAD.filter(([id]) => typeof r.head[id] === "number").map(([id, label, why]) =>
			el("div", { class: "tile", title: why }, el("h3", {}, label),
				el("p", { class: "number", "data-value": num(r.head[id]) }, format.short(num(r.head[id]))), el("p", { class: "change" }, why)))),
		el("ul", { class: "told" }, (s.notes ?? []).map(n => el("li", {}, n))),
		el("div", { class: "grid" }, tables.map(([id, t]) => section(r, "dnsbl-test/" + id, { ...t, title: t.title.replace(/^\.\.\. /, "The same ") }, search))),
		oneByOne(r, s, search));
}

function whatIf(p: Period, params: api.Params, app: App, signal: AbortSignal, search: Search): HTMLElement {
	const box = el("section", { class: "card", id: "what-if" }, el("h2", {}, "What if other lists were used?"));
	if (!app.health.snapshots) {
		box.append(el("p", { class: "dim" }, "No answers of block lists are kept. \u201cmailtally dnsbl test --snapshot FILE\u201d asks them and keeps the answers; name the file as ",
			el("code", {}, "snapshot"), " in the settings, section ", el("code", {}, "[lists]"), "."));
		return box;
	}
	const snapshot = el("select", { name: "snapshot" });
	const policy = el("input", { name: "policy", value: params["policy"] ?? "", placeholder: "zen=3, spamcop=1 >= 3", autocomplete: "off", spellcheck: "false" });
	const own = el("input", { type: "checkbox", name: "exclude_own", checked: params["exclude_own"] === "1" });
	const result = el("div", { "aria-live": "polite" });
	box.append(el("p", { class: "dim" }, "Mail that no block list denied, held against answers that lists gave. Nothing is asked now."),
		el("form", { class: "filters", submit: e => {
			e.preventDefault();
			app.go({ view: "lists", params: { ...(p.since || p.until ? { since: p.since, until: p.until } : { all: "1" }), whatif: "1",
				snapshot: snapshot.value, policy: policy.value.trim(), exclude_own: own.checked ? "1" : "" } });
		} }, el("label", { class: "big" }, "Answers", snapshot), el("label", { class: "big" }, "Weights, if they are to be added up", policy),
		el("label", { class: "check" }, own, "only what a list adds"),
		el("div", {}, el("button", { class: "go", type: "submit" }, "What if?"))), result);
	api.snapshots(signal).then(a => {
		replace(snapshot, ...a.snapshots.map(s => el("option", { value: s.id }, s.name + (s.changed ? ", " + format.time(s.changed, app.health.zone) : ", not readable"))));
		snapshot.value = params["snapshot"] || (a.snapshots[0]?.id ?? "");
	}).catch(e => failed(result, e));
	if (params["whatif"] === "1") {
		const { snapshot: id = "", policy: weights = "", exclude_own = "" } = params;
		replace(result, el("p", { class: "dim wait" }, "comparing\u2026"));
		api.whatif({ since: p.since, until: p.until, snapshot: id, policy: weights, exclude_own }, signal)
			.then(r => replace(result, answer(r, search)), e => failed(result, e));
	}
	return box;
}

export const LISTS = periodView("lists", "Block lists", SECTIONS.join(","), (r, p, app, below, signal, params) => {
	const search = (filters: Record<string, string>) =>
		app.link({ view: "search", params: { since: p.since, until: p.until, ...filters } });
	replace(below, whatIf(p, params, app, signal, search), sectionsOf(r, SECTIONS, search));
});
