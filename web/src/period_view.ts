// period_view.ts - a view that is a report of a period: the picker, and what is drawn below it.

import * as api from "./api";
import { el, replace } from "./dom";
import * as period from "./period";
import { num, type Report } from "./report";
import { failed } from "./tables";
import type { App, View } from "./view";

function periodOf(params: api.Params, app: App): period.Period {
	if (params["since"] !== undefined || params["until"] !== undefined)
		return { since: params["since"] ?? "", until: params["until"] ?? "" };
	if (params["all"])
		return { since: "", until: "" };
	return period.PRESETS[0]!.period(period.today(app.health.now, app.health.zone));
}

export function asParams(p: period.Period): api.Params {
	return p.since || p.until ? { since: p.since, until: p.until } : { all: "1" };
}

export function isEmpty(r: Report): boolean {
	return num(r.head["examined"]) === 0 && num(r.head["delivered"]) === 0 && num(r.head["messages_queued"]) === 0;
}

/** Nothing in this period: where is there something? */
function nothing(newest: string | null, id: string, app: App): HTMLElement {
	const day = newest && period.today(newest, app.health.zone);
	const there = day && { since: day, until: period.shift({ since: day, until: period.hourLabel(day, 1) }, 1)!.since };
	return el("section", { class: "card" }, el("h2", {}, "No mail in this period"),
		there ? el("p", {}, "The newest line of the logs is of ", el("a", { href: app.link({ view: id, params: there }) }, day), ".") :
			el("p", { class: "dim" }, "Another period may have some."));
}

function newestLine(r: Report): string | null {
	const times = (r.sections["coverage"]?.rows ?? []).map(row => row["newest"]).filter((t): t is string => typeof t === "string");
	return times.sort().pop() ?? null;
}

/** A view of a period: the picker, and below it what draw makes of the report. */
export function periodView(id: string, title: string, sections: string,
	draw: (r: Report, p: period.Period, app: App, main: HTMLElement, signal: AbortSignal, params: api.Params) => void): View {
	return { id, title, show(main, params, app) {
		const p = periodOf(params, app);
		const below = el("div", { "aria-live": "polite" }, el("p", { class: "dim wait" }, "\u2026"));
		const abort = new AbortController();
		const query: api.Params = { since: p.since, until: p.until, sections };
		replace(main, el("h1", { class: "sr" }, title),
			period.picker(p, app.health.now, app.health.zone, to => app.go({ view: id, params: asParams(to) })), below);
		api.report(query, abort.signal).then(async r => {
			if (!isEmpty(r))
				return draw(r, p, app, below, abort.signal, params);
			const all = await api.report({ sections: "coverage" }, abort.signal);
			replace(below, nothing(newestLine(all), id, app));
		}).catch(e => failed(below, e));
		return () => abort.abort();
	} };
}
