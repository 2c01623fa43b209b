// period.ts - which days are looked at: whole local days of the report's zone, as the address has them.

import { el } from "./dom";
import * as format from "./format";

/** Both "YYYY-MM-DD" or with a time; until is not included. Both empty: everything. */
export interface Period { since: string; until: string }

const DAY_MS = 86400000;

function addDays(day: string, n: number): string {
	return new Date(Date.parse(day.slice(0, 10) + "T00:00:00Z") + n * DAY_MS).toISOString().slice(0, 10);
}

function days(p: Period): number {
	return Math.round((Date.parse(p.until.slice(0, 10)) - Date.parse(p.since.slice(0, 10))) / DAY_MS);
}

function isWholeDays(p: Period): boolean {
	return p.since.length === 10 && p.until.length === 10;
}

/** The local time of an hour's label, "2026-03-29, 14", plus some hours. */
export function hourLabel(label: string, plus: number): string {
	const m = /^(\d{4}-\d\d-\d\d)(?:, (\d\d))?/.exec(label);
	if (!m)
		return "";
	if (m[2] === undefined)
		return plus ? addDays(m[1]!, 1) : m[1]!;
	const at = new Date(Date.parse(`${m[1]}T${m[2]}:00:00Z`) + plus * 3600000).toISOString();
	return at.slice(0, 10) + " " + at.slice(11, 16);
}

/** The period of the same length before; null where there is none. */
export function before(p: Period): Period | null {
	return shift(p, -1);
}

export function shift(p: Period, by: number): Period | null {
	if (!p.since || !p.until)
		return null;
	if (isWholeDays(p)) {
		const n = days(p) * by;
		return { since: addDays(p.since, n), until: addDays(p.until, n) };
	}
	const at = (s: string) => Date.parse(s.replace(" ", "T") + (s.length === 10 ? "T00:00:00Z" : ":00Z"));
	const length = (at(p.until) - at(p.since)) * by;
	const show = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
	return { since: show(at(p.since) + length), until: show(at(p.until) + length) };
}

interface Preset { name: string; period: (today: string) => Period }

export const PRESETS: Preset[] = [
	{ name: "Today", period: today => ({ since: today, until: addDays(today, 1) }) },
	{ name: "Yesterday", period: today => ({ since: addDays(today, -1), until: today }) },
	{ name: "7 days", period: today => ({ since: addDays(today, -6), until: addDays(today, 1) }) },
	{ name: "30 days", period: today => ({ since: addDays(today, -29), until: addDays(today, 1) }) },
	{ name: "Everything", period: () => ({ since: "", until: "" }) },
];

export function today(now: string, zone: string): string {
	return format.day(Date.parse(now), zone);
}

export function describe(p: Period): string {
	if (!p.since && !p.until)
		return "all that the logs hold";
	if (isWholeDays(p) && days(p) === 1)
		return new Date(p.since + "T00:00:00Z").toLocaleDateString("en", { weekday: "long", timeZone: "UTC" }) + ", " + p.since;
	return isWholeDays(p) ? `${p.since} to ${addDays(p.until, -1)}` : `${p.since} to ${p.until}`;
}

export function picker(p: Period, now: string, zone: string, go: (p: Period) => void): HTMLElement {
	const day = today(now, zone);
	const same = (a: Period) => a.since === p.since && a.until === p.until;
	const from = el("input", { type: "date", "aria-label": "first day", value: p.since.slice(0, 10) });
	const to = el("input", { type: "date", "aria-label": "last day", value: p.until ? addDays(p.until, isWholeDays(p) ? -1 : 0) : "" });
	const custom = () => {
		if (from.value && to.value && from.value <= to.value)
			go({ since: from.value, until: addDays(to.value, 1) });
	};
	from.addEventListener("change", custom);
	to.addEventListener("change", custom);
	const step = (by: number, text: string, label: string) => {
		const target = shift(p, by);
		return el("button", { type: "button", "aria-label": label, title: label, disabled: target === null,
			click: () => { if (target) go(target); } }, text);
	};
	return el("div", { class: "controls", role: "group", "aria-label": "Period" },
		PRESETS.map(preset => {
			const target = preset.period(day);
			return el("button", { type: "button", "aria-pressed": String(same(target)), click: () => go(target) }, preset.name);
		}),
		step(-1, "\u2039", "the period before"), from, to, step(1, "\u203a", "the period after"),
		el("span", { class: "what" }, describe(p)));
}
