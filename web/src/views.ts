// views.ts - the overview and the queue.

import * as api from "./api";
import { el, replace } from "./dom";
import { overview } from "./overview";
import * as period from "./period";
import { isEmpty, periodView } from "./period_view";
import { sectionsOf } from "./tables";

/** Sections that the tiles of the period before need. */
const BEFORE_SECTIONS = "totals,connections,hours";

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

const QUEUE_SECTIONS = ["qmail-queue", "queue-events", "queue-times", "deferrals", "bounces", "dest-domains", "providers", "smtp-errors",
	"qmail-overall", "qmail-outgoing", "qmail-hosts", "qmail-deferrals", "qmail-failures", "qmail-successes", "qmail-senders",
	"qmail-uids", "qmail-recipients", "qmail-rxdelay"];

export const QUEUE = periodView("queue", "Queue", QUEUE_SECTIONS.join(","), (r, p, app, below) => {
	const now = el("div");
	replace(below, now, sectionsOf(r, QUEUE_SECTIONS, filters =>
		app.link({ view: "search", params: { since: p.since, until: p.until, ...filters } })));
	if (app.health.queue)
		api.queueNow().then(q => replace(now, el("h2", {}, "In the queue now"), sectionsOf(q, Object.keys(q.sections)))).catch(() => undefined);
});
