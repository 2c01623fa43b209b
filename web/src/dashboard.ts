// dashboard.ts - the views of a server, and the address that says which one is shown.

import * as api from "./api";
import { el, replace } from "./dom";
import { INSIGHTS } from "./insights";
import { LISTS } from "./lists";
import { LIVE } from "./live";
import { LOGS } from "./logs";
import { SEARCH, TRACE } from "./search";
import type { App, Place, View } from "./view";
import { OVERVIEW, QUEUE } from "./views";

const VIEWS: View[] = [OVERVIEW, INSIGHTS, LIVE, SEARCH, QUEUE, LISTS, LOGS];
/** Shown, but reached from others only. */
const INNER: View[] = [TRACE];

/** "#/search?to=ann%40example.org" */
function link(p: Place): string {
	return "#/" + p.view + api.query(p.params);
}

function here(): Place {
	const [view = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
	return { view: view || "overview", params: Object.fromEntries(new URLSearchParams(query)) };
}

export async function dashboard(body: HTMLElement): Promise<void> {
	const main = el("main", { id: "main", tabindex: -1 });
	const nav = el("nav", { "aria-label": "Views" });
	const host = el("span", { class: "host" });
	const foot = el("footer");
	body.append(el("a", { class: "skip", href: "#main", click: e => { e.preventDefault(); main.focus(); } }, "To the content"),
		el("header", { class: "bar" }, el("strong", { class: "brand" }, "mailtally"), nav, host), main, foot);

	let health: api.Health;
	try {
		health = await api.health();
	} catch (e) {
		replace(main, el("p", { class: "alert", role: "alert" }, e instanceof Error ? e.message : String(e)));
		return;
	}
	host.textContent = health.host;
	foot.textContent = `${health.program}, times in ${health.zone}`;
	const app: App = { health, link, go: p => { location.hash = link(p); } };
	let leave: (() => void) | void;

	function show(): void {
		const place = here();
		const view = [...VIEWS, ...INNER].find(v => v.id === place.view) ?? OVERVIEW;
		leave?.();
		document.title = `${view.title} \u2013 ${health.host} \u2013 mailtally`;
		replace(nav, ...VIEWS.map(v => el("a", { href: link({ view: v.id, params: {} }),
			"aria-current": v === view || (view === TRACE && v === SEARCH) ? "page" : undefined }, v.title)));
		leave = view.show(main, place.params, app);
	}
	addEventListener("hashchange", show);
	show();
}
