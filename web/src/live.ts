// live.ts - what happens now: the server's stream, filtered here, with a gauge of connection slots.

import type { Params } from "./api";
import { el, replace } from "./dom";
import { eventRow, eventTable, KINDS, VERDICTS } from "./events";
import * as format from "./format";
import { num, type Row } from "./report";
import type { View } from "./view";

const ROWS_MOST = 500;
const MINUTE_MS = 60000;

function matches(e: Row, verdict: string, kind: string, words: string): boolean {
	if ((verdict && e["verdict"] !== verdict) || (kind && e["kind"] !== kind))
		return false;
	return !words || JSON.stringify(Object.values(e)).toLowerCase().includes(words.toLowerCase());
}

export const LIVE: View = { id: "live", title: "Live", show(main, params, app) {
	const zone = app.health.zone;
	const link = (params: Params) => app.link({ view: "trace", params });
	const body = el("tbody");
	const state = el("span", { class: "state", role: "status" }, "connecting\u2026");
	const slots = el("meter", { min: 0, max: 1, value: 0, hidden: true, "aria-label": "connection slots used" });
	const slotsText = el("span", { class: "dim" });
	const rate = el("span", { class: "dim" }, "");
	const arrived: number[] = [];
	let events: Row[] = [], waiting: Row[] = [], paused = false;

	const option = (value: string, all: string) => el("option", { value }, value || all);
	const verdict = el("select", {}, ["", ...VERDICTS].map(v => option(v, "every verdict")));
	const kind = el("select", {}, ["", ...KINDS].map(k => option(k, "every kind")));
	const words = el("input", { type: "search", placeholder: "address, name, plugin\u2026" });
	verdict.value = params["verdict"] ?? "";
	kind.value = params["kind"] ?? "";
	words.value = params["words"] ?? "";
	const pause = el("button", { type: "button", "aria-pressed": "false", click: () => {
		paused = !paused;
		pause.setAttribute("aria-pressed", String(paused));
		if (!paused) {
			take(waiting);
			waiting = [];
		}
		label();
	} }, "Pause");

	function label(): void {
		pause.textContent = paused ? `Go on${waiting.length ? ` (${waiting.length} new)` : ""}` : "Pause";
	}

	function shown(e: Row): boolean {
		return matches(e, verdict.value, kind.value, words.value);
	}

	function take(list: Row[]): void {
		const rows = list.filter(shown).map(e => eventRow(e, zone, link)).reverse();
		events = [...events, ...list].slice(-2 * ROWS_MOST);
		body.prepend(...rows);
		while (body.childElementCount > ROWS_MOST)
			body.lastElementChild!.remove();
	}

	function redraw(): void {
		body.replaceChildren(...events.filter(shown).slice(-ROWS_MOST).map(e => eventRow(e, zone, link)).reverse());
		history.replaceState(null, "", app.link({ view: "live", params: { verdict: verdict.value, kind: kind.value, words: words.value } }));
	}

	function gauge(e: Row): void {
		if (e["kind"] !== "accepted" || num(e["limit"]) === 0)
			return;
		slots.hidden = false;
		slots.max = num(e["limit"]);
		slots.value = num(e["running"]) + 1;
		slotsText.textContent = `slots: ${num(e["running"]) + 1} of ${num(e["limit"])}`;
	}

	// Many events of one moment are drawn at once.
	let batch: Row[] = [], drawing = 0;
	const draw = () => {
		drawing = 0;
		if (paused) {
			waiting = [...waiting, ...batch].slice(-ROWS_MOST);
			label();
		} else {
			take(batch);
		}
		batch = [];
	};

	[verdict, kind].forEach(s => s.addEventListener("change", redraw));
	words.addEventListener("input", redraw);
	replace(main, el("h1", { class: "sr" }, "Live"),
		el("div", { class: "filters" }, el("label", { class: "big" }, "Words", words), el("label", {}, "Verdict", verdict),
			el("label", {}, "Kind", kind), el("div", {}, pause)),
		el("p", { class: "now" }, state, slots, slotsText, rate),
		eventTable("Events as they come, newest first", body));

	const source = new EventSource("/api/v1/live");
	source.onopen = () => { state.textContent = "live"; state.className = "state on"; };
	source.onerror = () => { state.textContent = "not connected; trying again\u2026"; state.className = "state off"; };
	source.onmessage = m => {
		const e = JSON.parse(m.data as string) as Row;
		arrived.push(Date.now());
		gauge(e);
		batch.push(e);
		drawing ||= requestAnimationFrame(draw);
	};
	source.addEventListener("missed", () => { state.textContent = "live; too much at a time, some were left out"; });
	const clock = setInterval(() => {
		while (arrived.length && Date.now() - arrived[0]! > MINUTE_MS)
			arrived.shift();
		rate.textContent = `${format.count(arrived.length)} events in the last minute`;
	}, 1000);
	return () => {
		source.close();
		clearInterval(clock);
		cancelAnimationFrame(drawing);
	};
} };
