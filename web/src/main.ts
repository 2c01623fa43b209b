// main.ts - the page: a report that is in the file itself, or the dashboard of a server.

import { dashboard } from "./dashboard";
import { el } from "./dom";
import * as format from "./format";
import { overview } from "./overview";
import type { Report } from "./report";

/** "2026-03-29 00:00:00 to 2026-03-30 00:00:00, Europe/Berlin". */
function periodOf(r: Report): string {
	const { since, until, zone } = r.period;
	const sides = [since && format.time(since, zone), until && format.time(until, zone)];
	if (sides[0] && sides[1])
		return `${sides[0]} to ${sides[1]}, ${zone}`;
	return (sides[0] ? `since ${sides[0]}` : sides[1] ? `until ${sides[1]}` : "everything in the logs") + ", " + zone;
}

function inFile(data: Element): void {
	const r = JSON.parse(data.textContent ?? "") as Report;
	document.getElementById("plain")?.remove();
	document.body.append(
		el("header", { class: "bar" }, el("strong", { class: "brand" }, "mailtally"), el("span", {}, r.host), el("span", { class: "dim" }, periodOf(r))),
		el("main", {}, el("h1", { class: "sr" }, document.title), overview(r, { before: null })),
		el("footer", {}, `${r.program}; ${r.inputs.length} file${r.inputs.length === 1 ? "" : "s"} read`));
}

const data = document.getElementById("data");
if (data)
	inFile(data);
else
	dashboard(document.body);
