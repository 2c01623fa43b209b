// views.ts - views that are a report: the overview, the queue, the block lists.

import * as api from "./api";
import { el, replace } from "./dom";
import { overview } from "./overview";
import * as period from "./period";
import { num, type Report } from "./report";
import { section } from "./tables";
import type { App, View } from "./view";

/** Sections that the tiles of the period before need. */
const BEFORE_SECTIONS = "totals,connections,hours";

function periodOf(params: api.Params, app: App): period.Period {
	if (params["since"] !== undefined || params["until"] !== undefined)
		return { since: params["since"] ?? "", until: params["until"] ?? "" };
	if (params["all"])
		return { since: "", until: "" };
	return period.PRESETS[0]!.period(period.today(app.health.now, app.health.zone));
}

function asParams(p: period.Period): api.Params {
	return p.since || p.until ? { since: p.since, until: p.until } : { all: "1" };
}

function failed(main: HTMLElement, e: unknown): void {
	if (e instanceof DOMException && e.name === "AbortError")
		return;
	replace(main, el("p", { class: "alert", role: "alert" }, e instanceof Error ? e.message : String(e)));
}

function isEmpty(r: Report): boolean {
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
function periodView(id: string, title: string, sections: string,
	draw: (r: Report, p: period.Period, app: App, main: HTMLElement, signal: AbortSignal) => void): View {
	return { id, title, show(main, params, app) {
		const p = periodOf(params, app);
		const below = el("div", { "aria-live": "polite" }, el("p", { class: "dim wait" }, "\u2026"));
		const abort = new AbortController();
		const query: api.Params = { since: p.since, until: p.until, sections };
		replace(main, el("h1", { class: "sr" }, title),
			period.picker(p, app.health.now, app.health.zone, to => app.go({ view: id, params: asParams(to) })), below);
		api.report(query, abort.signal).then(async r => {
			if (!isEmpty(r))
				return draw(r, p, app, below, abort.signal);
			const all = await api.report({ sections: "coverage" }, abort.signal);
			replace(below, nothing(newestLine(all), id, app));
		}).catch(e => failed(below, e));
		return () => abort.abort();
	} };
}

export const OVERVIEW = periodView("overview", "Overview", "", (r, p, app, below, signal) => {
	const search = (filters: Record<string, string>) =>
		app.link({ view: "search", params: { since: p.since, until: p.until, ...filters } });
	const zoom = (first: string, last: string) => {
		const since = period.hourLabel(first, 0), until = period.hourLabel(last, 1);
		if (since && until)
			app.go({ view: "overview", params: { since, until } });
	};
	replace(below, overview(r, { before: null, search, zoom }));
	const then = period.before(p);
	if (then === null)
		return;
	// The tiles' changes come when they come; heights do not change.
	api.report({ ...then, sections: BEFORE_SECTIONS }, signal).then(before => {
		const again = overview(r, { before: isEmpty(before) ? null : before, search, zoom });
		below.querySelector(".tiles")?.replaceWith(again.querySelector(".tiles")!);
	}).catch(() => undefined);
});

function sectionsOf(r: Report, ids: string[]): HTMLElement {
	return el("div", { class: "grid all" }, ids.flatMap(id => {
		const s = r.sections[id];
		return s && (s.rows.length > 0 || s.tables) ? [section(r, id, s)] : [];
	}));
}

const QUEUE_SECTIONS = ["qmail-queue", "queue-events", "queue-times", "deferrals", "bounces", "dest-domains", "providers", "smtp-errors",
	"qmail-overall", "qmail-outgoing", "qmail-hosts", "qmail-deferrals", "qmail-failures", "qmail-successes", "qmail-senders",
	"qmail-uids", "qmail-recipients", "qmail-rxdelay"];

export const QUEUE = periodView("queue", "Queue", QUEUE_SECTIONS.join(","), (r, _p, app, below) => {
	const now = el("div");
	replace(below, now, sectionsOf(r, QUEUE_SECTIONS));
	if (app.health.queue)
		api.queueNow().then(q => replace(now, el("h2", {}, "In the queue now"), sectionsOf(q, Object.keys(q.sections)))).catch(() => undefined);
});

const LIST_SECTIONS = ["bl-use", "bl-config", "ips", "countries", "tld", "auth"];

export const LISTS = periodView("lists", "Block lists", LIST_SECTIONS.join(","), (r, _p, _app, below) =>
	replace(below, sectionsOf(r, LIST_SECTIONS)));
