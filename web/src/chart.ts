// chart.ts - outcomes over time as stacked bars, drawn by uPlot.

import uPlot from "uplot";
import { outcome, OUTCOMES } from "./colours";
import { el } from "./dom";
import * as format from "./format";
import { num, type Row, type Table } from "./report";

/** Columns of such a table that are not outcomes. */
const NOT_OUTCOMES = new Set(["totals", "percent"]);

interface Series { id: string; colour: string; values: number[]; shown: boolean }

export interface ChartOptions {
	/** A part of the labels was marked; absent: the chart zooms itself. */
	zoom?: (first: string, last: string) => void;
}

function seriesOf(t: Table): Series[] {
	const ids = t.columns.filter(c => c.type === "count" && !NOT_OUTCOMES.has(c.id)).map(c => c.id);
	const order = (id: string) => {
		const i = OUTCOMES.findIndex(o => o.id === id);
		return i < 0 ? OUTCOMES.length : i;
	};
	return ids.filter(id => t.rows.some(r => num(r[id]) > 0)).sort((a, b) => order(a) - order(b)).map((id, i) => ({
		id, colour: outcome(id, i).colour, values: t.rows.map(r => num(r[id])), shown: true,
	}));
}

/** What a row of time is called on the axis: the hour, or month and day. */
function tick(label: string): string {
	const hour = /^(\d{4})-(\d\d)-(\d\d), (\d\d)/.exec(label);
	if (hour)
		return hour[4] === "00" ? `${hour[2]}-${hour[3]}` : hour[4] + "h";
	return label.replace(/^\d{4}-/, "");
}

/** The running sums of the shown series, highest first, so that lower ones are drawn over them. */
function stacked(series: Series[], n: number): number[][] {
	const sums = new Array<number>(n).fill(0);
	const layers = series.map(s => {
		if (s.shown)
			s.values.forEach((v, i) => { sums[i]! += v; });
		return [...sums];
	});
	return layers.reverse();
}

function css(name: string): string {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function chart(t: Table, o: ChartOptions = {}): HTMLElement {
	const key = t.columns[0]!.id;
	const labels = t.rows.map(r => String(r[key]));
	const series = seriesOf(t);
	const box = el("div", { class: "chart", role: "img", "aria-label":
		`${t.title}: ${labels.length} rows from ${labels[0] ?? ""} to ${labels[labels.length - 1] ?? ""}; the numbers are in the table below` });
	const tip = el("div", { class: "tip", hidden: true });
	const legend = el("div", { class: "legend" });
	let plot: uPlot | null = null;

	const data = (): uPlot.AlignedData => [labels.map((_, i) => i), ...stacked(series, labels.length)];
	const height = () => Math.max(200, Math.min(320, box.clientWidth * 0.4));

	function showTip(u: uPlot): void {
		const i = u.cursor.idx;
		tip.hidden = i === null || i === undefined || !u.cursor.left || u.cursor.left < 0;
		if (tip.hidden || i === null || i === undefined)
			return;
		const lines = series.filter(s => s.shown && s.values[i]! > 0).reverse();
		const sum = lines.reduce((n, s) => n + s.values[i]!, 0);
		tip.replaceChildren(el("b", {}, labels[i]!), ...lines.map(s => {
			const mark = el("i");
			mark.style.background = s.colour;
			return el("div", {}, mark, el("span", {}, format.title(s.id)), el("em", {}, format.count(s.values[i]!)));
		}), el("div", { class: "sum" }, el("i"), el("span", {}, "Total"), el("em", {}, format.count(sum))));
		const left = u.cursor.left! + u.bbox.left / devicePixelRatio;
		tip.style.left = Math.min(left + 12, box.clientWidth - tip.offsetWidth - 4) + "px";
		if (left > box.clientWidth / 2)
			tip.style.left = Math.max(0, left - tip.offsetWidth - 12) + "px";
	}

	function draw(): void {
		plot?.destroy();
		const grid = { stroke: css("--line"), width: 1 };
		const axis = { stroke: css("--dim"), font: "12px system-ui, sans-serif", grid, ticks: { show: false } };
		plot = new uPlot({
			width: Math.max(box.clientWidth, 200), height: height(),
			cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: !o.zoom } },
			legend: { show: false },
			scales: {
				x: { time: false, range: (_u, min, max) => labels.length < 2 ? [-1.5, 1.5] : [min - 0.6, max + 0.6] },
				y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.05 : 1] },
			},
			axes: [
				{ ...axis, grid: { show: false }, size: 28, space: 56, incrs: [1, 2, 3, 6, 12, 24, 48, 72, 168, 336],
					values: (_u, at) => at.map(i => Number.isInteger(i) && labels[i] !== undefined ? tick(labels[i]!) : "") },
				{ ...axis, size: 48, values: (_u, at) => at.map(v => Number.isInteger(v) ? format.short(v) : "") },
			],
			series: [{}, ...[...series].reverse().map(s => ({
				label: s.id, fill: s.colour, stroke: s.colour, width: 0, show: s.shown, points: { show: false },
				paths: uPlot.paths.bars!({ size: [0.86, 60], align: 0 }),
			}))],
			hooks: {
				setCursor: [showTip],
				setSelect: [u => {
					if (!o.zoom || u.select.width < 8)
						return;
					const at = (x: number) => Math.max(0, Math.min(labels.length - 1, Math.round(u.posToVal(x, "x"))));
					o.zoom(labels[at(u.select.left)]!, labels[at(u.select.left + u.select.width)]!);
				}],
			},
		}, data(), box);
	}

	function drawLegend(): void {
		legend.replaceChildren(...[...series].reverse().map(s => {
			const mark = el("i");
			mark.style.background = s.colour;
			return el("button", { type: "button", "aria-pressed": String(s.shown), title: "Click: this one on or off. Shift or double click: this one alone.",
				click: e => toggle(s, (e as MouseEvent).shiftKey), dblclick: () => toggle(s, true) },
			mark, format.title(s.id), el("em", {}, format.short(s.values.reduce((a, b) => a + b, 0))));
		}));
	}

	function toggle(s: Series, alone: boolean): void {
		const isAlone = series.every(x => x.shown === (x === s));
		if (alone)
			series.forEach(x => { x.shown = isAlone || x === s; });
		else
			s.shown = !s.shown;
		if (series.every(x => !x.shown))
			series.forEach(x => { x.shown = true; });
		drawLegend();
		draw();
	}

	new ResizeObserver(() => {
		if (plot === null || plot.width !== box.clientWidth)
			draw();
	}).observe(box);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
	drawLegend();
	box.append(tip);
	return el("div", {}, box, legend);
}

/** Row labels of hours, "2026-03-29, 14", as weekday (0 is Monday) and hour. */
export function hourOf(row: Row): { weekday: number; hour: number; day: string } | null {
	const m = /^(\d{4})-(\d\d)-(\d\d), (\d\d)/.exec(String(row["hour"]));
	if (!m)
		return null;
	const weekday = new Date(Date.UTC(+m[1]!, +m[2]! - 1, +m[3]!)).getUTCDay();
	return { weekday: (weekday + 6) % 7, hour: +m[4]!, day: `${m[1]}-${m[2]}-${m[3]}` };
}
