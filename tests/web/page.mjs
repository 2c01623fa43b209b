// page.mjs - the page in Debian's Chromium; called by page.t, prints TAP.
//
//	node page.mjs SERVER HOSTILE STATIC LOG SHOTS
//
// SERVER and HOSTILE are addresses, STATIC a file of report -o html, LOG the log that
// SERVER follows, SHOTS a folder for screenshots.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(path.resolve(process.env.WEB_MODULES, "x.js"));
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [SERVER, HOSTILE, STATIC, LOG, SHOTS] = process.argv.slice(2);
const DAY = "since=2026-03-29&until=2026-03-30";
const WAIT = 60000;

let count = 0, failed = 0;
function ok(good, name, ...said) {
	console.log(`${good ? "" : "not "}ok ${++count} - ${name}`);
	if (!good) {
		failed++;
		for (const line of said.map(s => typeof s === "string" ? s : JSON.stringify(s, null, 1)).join("\n").split("\n").slice(0, 40))
			console.log("# " + line);
	}
}
const equal = (got, should, name) => ok(JSON.stringify(got) === JSON.stringify(should), name, "got", got, "should be", should);

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
	args: ["--disable-dev-shm-usage", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])] });

/** A page that notes what it should not do. */
async function open(url, { width = 1280, scheme = "light", script = true } = {}) {
	const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, javaScriptEnabled: script,
		bypassCSP: false });
	const page = await context.newPage();
	const bad = [];
	const origin = new URL(url).origin;
	page.setDefaultTimeout(WAIT);
	page.on("pageerror", e => bad.push("error: " + e.message));
	page.on("console", m => { if (m.type() === "error" || m.type() === "warning") bad.push("console: " + m.text()); });
	page.on("dialog", d => { bad.push("dialog: " + d.message()); d.dismiss(); });
	page.on("request", r => {
		if (new URL(r.url()).origin !== origin && !r.url().startsWith("data:"))
			bad.push("request: " + r.url());
	});
	await page.goto(url);
	return { page, bad, close: () => context.close() };
}

const settled = page => page.waitForFunction(() => document.querySelector("main") && !document.querySelector(".wait"));

/** Policies forbid what axe does to be there; its code is evaluated by the debugger instead. */
async function serious(page) {
	await page.evaluate(axe);
	const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
	return result.violations.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")}`);
}

const VIEWS = {
	overview: `overview?${DAY}`, live: "live", search: "search?verdict=rejected&to=%40ourtown.org.example",
	trace: "trace?what=16265%402026-03-29%2023%3A36", queue: `queue?all=1`, lists: `lists?${DAY}`,
	whatif: `lists?${DAY}&whatif=1`, insights: `insights?${DAY}`, logs: "logs",
};

async function everyView() {
	for (const [name, hash] of Object.entries(VIEWS)) {
		const looks = [[1280, "light"], [1280, "dark"], [360, "light"]];
		for (const [width, scheme] of ["overview", "insights"].includes(name) ? looks : looks.slice(1)) {
			const { page, bad, close } = await open(`${SERVER}/#/${hash}`, { width, scheme });
			await settled(page);
			await page.screenshot({ path: `${SHOTS}/${name}-${width}-${scheme}.png` });
			const where = `${name}, ${width} px, ${scheme}`;
			const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			ok(wide <= 0, `${where}: nothing sticks out`, wide);
			ok(bad.length === 0, `${where}: no error, no violation, no foreign request`, ...bad);
			await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
			const found = width > 400 ? await serious(page) : [];
			ok(found.length === 0, `${where}: axe finds nothing serious`, ...found);
			await close();
		}
	}
}

async function numbers() {
	const report = await (await fetch(`${SERVER}/api/v1/report?${DAY}`)).json();
	const { page, close } = await open(`${SERVER}/#/${VIEWS.overview}`);
	await settled(page);
	const item = name => report.sections.totals.rows.find(r => r.item === name)?.value;
	const tile = label => page.evaluate(text => Number([...document.querySelectorAll(".tile")]
		.find(t => t.querySelector("h3").textContent === text)?.querySelector(".number").dataset.value), label);
	for (const [label, id] of [["Transactions", "examined"], ["Accepted", "received"], ["Rejected", "rejected"], ["Put off", "deferred"]])
		equal(await tile(label), item(id), `tile ${label} is the JSON's ${id}`);
	equal(await tile("Connection time, median"), report.sections.connections.tables.times.rows[0].median, "the median, too");
	const table = (title, columns) => page.evaluate(([t, n]) => [...[...document.querySelectorAll("section.card")]
		.find(s => s.querySelector("h2").textContent === t).querySelectorAll("tbody tr")]
		.map(r => [...r.children].slice(0, n).map(c => c.textContent.replace(/\u202f/g, ""))), [title, columns]);
	const rows = (id, ...columns) => report.sections[id].rows.filter(r => !r.others && !r.subtotal).slice(0, 10).map(r => columns.map(c => String(r[c])));
	equal(await table("Dispositions", 2), rows("codes", "reason", "count"), "dispositions");
	equal(await table("Block lists", 2), rows("bl-use", "list", "count"), "block lists");
	equal(await table("Clients", 3), rows("ips", "ip", "denied", "queued"), "clients");
	await page.click("details.all summary");
	const shown = await page.evaluate(() => document.querySelectorAll("details.all section").length);
	equal(shown, Object.keys(report.sections).length, "all tables are there");
	const sum = await page.evaluate(() => [...document.querySelectorAll("#section-hours tfoot tr:first-child td")].map(c => c.textContent.replace(/\u202f/g, "")));
	ok(sum.includes(String(report.sections.hours.totals.totals)), "the total of the hours", sum);
	await close();
}

const json = async path => (await fetch(`${SERVER}/api/v1/${path}`)).json();
/** The texts of the first cells of a table's rows, as the page has them. */
const cells = (page, where, n) => page.evaluate(([w, n]) => [...document.querySelectorAll(w + " tbody tr")]
	.map(r => [...r.children].slice(0, n).map(c => c.textContent.replace(/\u202f/g, ""))), [where, n]);

/** Follows a link to a search and counts what it finds. */
async function eventsOf(page, link) {
	await link.click();
	await page.waitForFunction(() => location.hash.startsWith("#/search?") && document.querySelector("tr.event"));
	return page.locator("tr.event").count();
}

async function insights() {
	const section = (await json(`report?${DAY}&sections=insights`)).sections.insights;
	const { page, bad, close } = await open(`${SERVER}/#/${VIEWS.insights}`);
	await settled(page);
	equal(await page.locator(".finding h2").allTextContents(), section.rows.map(r => (r.attention ? "! " : "") + r.sentence),
		"insights: the sentences of the JSON, in its order");
	ok(section.rows.length >= 2, "there are some", section.rows);
	for (const row of section.rows) {
		const table = section.tables[row.insight];
		equal(await cells(page, "#insight-" + row.insight, 2), table.rows.map(r => table.columns.slice(0, 2).map(c => String(r[c.id]))),
			`insight ${row.insight}: its rows`);
		const why = await page.locator(`#insight-${row.insight} .why`).textContent();
		ok(row.thresholds.split(", ").every(t => why.includes(t.split(" ")[0]) && why.includes(t.split(" ").slice(1).join(" "))),
			`insight ${row.insight}: the thresholds it went by`, why, row.thresholds);
	}
	const all = section.tables.thresholds.rows;
	equal((await cells(page, "details.card", 2)), all.map(r => [r.threshold, String(r.value)]), "all thresholds are explained");
	// A number of a row opens exactly those events, and one of them its story.
	const known = section.tables["refused-clients"].rows[0];
	for (const [at, column] of [[1, "refused"], [2, "accepted"]]) {
		await page.goto(`${SERVER}/#/${VIEWS.insights}`);
		await settled(page);
		equal(await eventsOf(page, page.locator(`#insight-refused-clients tbody tr:first-child td:nth-child(${at + 1}) a`)), known[column],
			`insights: ${column} of a client opens as many events`);
	}
	await page.locator("tr.event a").first().click();
	await page.waitForSelector(".story .sentence");
	ok(true, "insights: and an event its story");
	const quiet = await open(`${SERVER}/#/insights?since=2020-01-01&until=2020-01-02`);
	await quiet.page.waitForFunction(() => document.body.textContent.includes("No mail in this period"));
	ok(true, "insights: of a period without mail there are none");
	ok(bad.length === 0 && quiet.bad.length === 0, "insights: no error", ...bad, ...quiet.bad);
	await quiet.close();
	await close();
}

async function logFiles() {
	const list = (await json("logs")).sections;
	const { page, bad, close } = await open(`${SERVER}/#/logs`);
	const told = n => page.waitForFunction(n => document.querySelectorAll(".lines tbody tr").length === n, n);
	await settled(page);
	equal(await page.locator("select[name=file] option").evaluateAll(o => o.map(x => x.value).sort()),
		[...list.logs.rows.map(r => "id=" + r.id), ...list.states.rows.map(r => "state=" + r.id)].sort(), "logs: all files and states can be picked");
	// The first finished file, by its picker.
	const file = list.logs.rows.find(r => r.kind === "finished");
	await page.selectOption("select[name=file]", "id=" + file.id);
	await page.selectOption("select[name=from]", "");
	const first = await json(`logs/lines?id=${file.id}`);
	await told(first.lines.length);
	equal(await cells(page, ".lines", 2), first.lines.map(l => [l.local ?? "", l.text].map(t => t.replace(/\u202f/g, ""))), "logs: the lines of the JSON, in local time");
	await page.click("button:text-is('Raw labels')");
	await page.waitForFunction(() => document.querySelector(".lines .stamp")?.textContent.startsWith("@4"));
	equal((await cells(page, ".lines", 1)).flat(), first.lines.map(l => l.stamp ?? ""), "logs: raw labels");
	await page.click("button:text-is('Go on')");
	const next = await json(`logs/lines?id=${file.id}&at=${first.next}`);
	await told(first.lines.length + next.lines.length);
	ok(true, "logs: the next ones follow");
	await page.fill("input[name=q]", "spamhaus\\.org.*\\d");
	await page.keyboard.press("Enter");
	const found = await json(`logs/lines?id=${file.id}&q=${encodeURIComponent("spamhaus\\.org.*\\d")}`);
	await told(found.lines.length);
	ok(found.lines.length > 0 && found.lines.length < first.lines.length, "logs: only lines with a pattern", found.lines.length);
	await page.check("input[name=fixed]");
	await page.keyboard.press("Enter");
	await page.waitForFunction(() => location.hash.includes("fixed=1"));
	await told(0);
	ok(true, "logs: taken literally, it is in no line");
	await page.goBack();
	await told(found.lines.length);
	ok(true, "logs: the address is all there is to it");
	await page.goto(`${SERVER}/#/logs?id=${file.id}&from=start`);
	await told(first.lines.length);
	await page.locator(".lines .stamp a").first().click();
	await page.waitForSelector(".story .sentence");
	ok(true, "logs: a line opens its story");
	const id = list.states.rows[0].id, state = await json(`logs/state?id=${id}`);
	await page.goto(`${SERVER}/#/logs?state=${id}`);
	await page.waitForSelector("#section-state tbody tr");
	equal(await cells(page, "#section-state", 2), state.sections.state.rows.map(r => [r.disposition, String(r.count)]), "logs: a state as a table");
	const found2 = await serious(page);
	ok(found2.length === 0, "logs: axe finds nothing serious in a state", ...found2);
	ok(bad.length === 0, "logs: no error", ...bad);
	await page.goto(`${SERVER}/#/logs?id=0000000000000000`);
	await page.waitForSelector("[role=alert]");
	ok(true, "logs: a file that is gone is told");
	await close();
}

async function whatIf() {
	const answer = await json(`whatif?${DAY}&snapshot=1`);
	const { page, bad, close } = await open(`${SERVER}/#/${VIEWS.lists}`);
	await settled(page);
	await page.waitForSelector("select[name=snapshot] option", { state: "attached" });
	await page.click("#what-if button[type=submit]");
	await page.waitForSelector("#what-if .tile");
	ok((await page.evaluate(() => location.hash)).includes("whatif=1"), "what if: it is in the address");
	equal(await page.locator("#what-if .tile .number").evaluateAll(n => n.map(x => Number(x.dataset.value))),
		["tested", "listed", "ham_lost", "spam_saved", "denied_anyway"].map(id => answer.head[id]), "what if: the numbers of the JSON");
	const { lists, recipients } = answer.sections["dnsbl-test"].tables;
	equal(await cells(page, "[id='section-dnsbl-test/lists']", 4), lists.rows.map(r => lists.columns.slice(0, 4).map(c => String(r[c.id]))), "what if: list by list");
	equal(await cells(page, "[id='section-dnsbl-test/recipients']", 2), recipients.rows.map(r => [r.recipient, String(r.lost)]), "what if: whose mail");
	await page.click("#what-if summary");
	equal((await cells(page, "[id='section-dnsbl-test']", 1)).length, answer.sections["dnsbl-test"].rows.length, "what if: the mails one by one");
	ok((await eventsOf(page, page.locator("[id='section-dnsbl-test'] tbody a").first())) >= 1, "what if: a mail opens its event");
	await page.goto(`${SERVER}/#/lists?${DAY}&whatif=1&policy=${encodeURIComponent("not a policy")}`);
	await page.waitForSelector("#what-if [role=alert]");
	ok(true, "what if: an error is told");
	const left = bad.filter(b => !b.includes("400"));
	ok(left.length === 0, "what if: no other error", ...left);
	await close();
	const none = await open(`${HOSTILE}/#/lists?all=1`);
	await none.page.waitForSelector("#what-if code");
	ok(true, "what if: without answers it says how to keep some");
	await none.close();
}

/** Numbers of tables that open their events. */
async function opened() {
	const report = await json(`report?${DAY}`);
	const { page, close } = await open(`${SERVER}/#/${VIEWS.overview}`);
	const row = report.sections.ips.rows[0];
	for (const [column, verdict] of [["denied", "denied"], ["queued", "accepted"]]) {
		await page.goto(`${SERVER}/#/${VIEWS.overview}`);
		await settled(page);
		const at = ["ip", "denied", "queued"].indexOf(column) + 1;
		const n = await eventsOf(page, page.locator(`section.card:has(h2:text-is('Clients')) tbody tr:first-child td:nth-child(${at}) a`));
		equal(n, row[column], `Clients: ${column} opens the ${verdict} ones`);
	}
	await page.goto(`${SERVER}/#/${VIEWS.overview}`);
	await settled(page);
	await page.click("details.all summary");
	const hour = report.sections.hours.rows[3];
	equal(await eventsOf(page, page.locator("#section-hours tbody tr:nth-child(4) td:first-child a")), hour.totals, "an hour opens its transactions");
	// An event of the queue: its number is that of many messages, the time tells which.
	const { events } = await json("events?kind=done&limit=40");
	const again = events.filter(e => e.bytes && events.some(o => o !== e && o.queue_id === e.queue_id)).slice(0, 5);
	ok(again.length === 5, "numbers of messages come back", events);
	const shown = (await json("events?kind=done&limit=500")).events;
	for (const e of again) {
		await page.goto(`${SERVER}/#/search?kind=done`);
		await page.waitForSelector("tr.event");
		await page.locator("tr.event").nth(shown.findIndex(o => o.time === e.time && o.bytes === e.bytes)).locator("a").click();
		await page.waitForSelector(".story .sentence");
		const told = await page.locator(".story").allTextContents();
		ok(told.length === 1 && told[0].includes(`bytes ${e.bytes} `), "an event of the queue opens its own message's story", told, e);
	}
	// Alone, and all of them again.
	await page.goto(`${SERVER}/#/${VIEWS.overview}`);
	await settled(page);
	const legend = page.locator(".legend button");
	const pressed = () => legend.evaluateAll(b => b.filter(x => x.getAttribute("aria-pressed") === "true").length);
	const outcomes = await legend.count();
	await legend.nth(1).click({ modifiers: ["Shift"] });
	equal(await pressed(), 1, "an outcome alone");
	await legend.nth(1).click({ modifiers: ["Shift"] });
	equal(await pressed(), outcomes, "and all of them");
	await close();
}

async function using() {
	const { page, bad, close } = await open(`${SERVER}/#/${VIEWS.overview}`);
	await settled(page);
	// A part of the chart is marked: the period is that part.
	const over = await page.locator(".u-over").boundingBox();
	await page.mouse.move(over.x + over.width * 0.3, over.y + 50);
	await page.mouse.down();
	await page.mouse.move(over.x + over.width * 0.6, over.y + 60, { steps: 5 });
	await page.mouse.up();
	await page.waitForFunction(() => /since=2026-03-29\+\d\d%3A00&until=2026-03-29\+\d\d%3A00/.test(location.hash));
	ok(true, "a part of the chart that is marked becomes the period");
	await page.goBack();
	await settled(page);
	const legend = page.locator(".legend button").first();
	await legend.click();
	equal(await legend.getAttribute("aria-pressed"), "false", "an outcome is switched off");
	const link = page.locator("section.card:has(h2:text-is('Dispositions')) tbody a").first();
	await link.click();
	await page.waitForFunction(() => location.hash.startsWith("#/search?") && document.querySelector("tr.event"));
	ok(true, "a number opens the rows behind it");
	const rows = await page.locator("tr.event").count();
	await page.reload();
	await page.waitForSelector("tr.event");
	equal(await page.locator("tr.event").count(), rows, "the address alone shows the same again");
	await page.locator("tr.event a").first().click();
	await page.waitForSelector(".story .sentence");
	ok((await page.locator(".timeline li").count()) > 5, "a row opens its story");
	// Without a mouse.
	await page.goto(`${SERVER}/#/${VIEWS.lists}`);
	await settled(page);
	await page.focus(".skip");
	for (let i = 0; i < 4; i++)
		await page.keyboard.press("Tab");
	equal(await page.evaluate(() => document.activeElement.textContent), "Search", "four tabs from the top is Search");
	await page.keyboard.press("Enter");
	await page.waitForSelector("form[role=search]");
	await page.fill("input[name=to]", "@ourtown.org.example");
	await page.keyboard.press("Enter");
	await page.waitForSelector("tr.event");
	ok((await page.evaluate(() => location.hash)).includes("to=%40ourtown.org.example"), "a search is in the address");
	await page.fill("input[name=client]", "not an address");
	await page.keyboard.press("Enter");
	await page.waitForSelector("[role=alert]");
	const refused = bad.filter(b => !b.includes("400"));
	ok(refused.length === 0, "an error is told, not thrown", ...refused);
	await close();
}

async function live() {
	const { page, bad, close } = await open(`${SERVER}/#/live`);
	await page.waitForSelector("tr.event");
	fs.appendFileSync(LOG, "@4000000069c9c0f300000000 77777 Accepted connection 11/40 from 192.0.2.77 / new.example\n");
	await page.waitForFunction(() => document.querySelector("tr.event")?.textContent.includes("192.0.2.77"));
	ok(true, "a line that is written is shown at once, on top");
	equal(await page.locator("meter").evaluate(m => [m.value, m.max]), [12, 40], "the gauge of slots");
	await page.fill("input[type=search]", "192.0.2.77");
	equal(await page.locator("tr.event").count(), 1, "words filter");
	ok(bad.length === 0, "live: no error", ...bad);
	await close();
}

async function hostile() {
	for (const hash of ["overview?all=1", "search?q=MARK", "live", "trace?what=192.0.2.7", "lists?all=1", "insights?all=1", "logs?q=MARK"]) {
		const { page, bad, close } = await open(`${HOSTILE}/#/${hash}`);
		await settled(page);
		// The newest events of that log are of no stranger.
		await page.waitForFunction(newest => newest ? document.querySelector("tr.event, .story") :
			/MARK/i.test(document.body.textContent), /^(live|trace)/.test(hash));
		await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
		await page.waitForTimeout(200);
		const made = await page.evaluate(() => [...document.body.querySelectorAll(
			"script, img, iframe, object, embed, b:not(.tip b), style, link, base, [onerror], [onload], [onclick], a[href^='javascript']")].map(e => e.outerHTML));
		ok(made.length === 0, `hostile, ${hash}: no element of a stranger`, ...made);
		const signs = await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/.test(document.body.innerText));
		ok(!signs, `hostile, ${hash}: no sign that turns or hides text`);
		ok(bad.length === 0, `hostile, ${hash}: nothing ran`, ...bad);
		if (/^(search|logs|insights)/.test(hash))
			ok(await page.evaluate(() => document.body.textContent.toLowerCase().includes("<script>alert(1)</script>mark")), `hostile, ${hash}: markup is shown as text`);
		await close();
	}
}

async function inAFile() {
	const url = pathToFileURL(STATIC).href;
	for (const [width, scheme] of [[1280, "light"], [360, "dark"]]) {
		const { page, bad, close } = await open(url, { width, scheme });
		await settled(page);
		await page.screenshot({ path: `${SHOTS}/file-${width}-${scheme}.png` });
		ok((await page.locator(".tile").count()) >= 5 && (await page.locator("canvas").count()) >= 1, `file, ${width} px: tiles and a chart`);
		ok(bad.length === 0, `file, ${width} px: no error, no violation, no request`, ...bad);
		const found = await serious(page);
		ok(found.length === 0, `file, ${width} px: axe finds nothing serious`, ...found);
		await close();
	}
	const { page, close } = await open(url, { script: false });
	ok((await page.locator("#plain table").count()) > 10 && await page.locator("#plain h1").isVisible(), "file without script: tables");
	await close();
	const served = await open(`${SERVER}/`, { script: false });
	await served.page.click("noscript a");
	ok((await served.page.locator("#plain table").count()) > 10, "server without script: tables");
	ok(served.bad.length === 0, "server without script: no violation", ...served.bad);
	await served.close();
}

try {
	await numbers();
	await insights();
	await logFiles();
	await whatIf();
	await opened();
	await everyView();
	await using();
	await live();
	await hostile();
	await inAFile();
} catch (e) {
	ok(false, "all of it could be tried", e.stack);
}
await browser.close();
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
