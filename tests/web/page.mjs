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
};

async function everyView() {
	for (const [name, hash] of Object.entries(VIEWS)) {
		const looks = [[1280, "light"], [1280, "dark"], [360, "light"]];
		for (const [width, scheme] of name === "overview" ? looks : looks.slice(1)) {
			const { page, bad, close } = await open(`${SERVER}/#/${hash}`, { width, scheme });
			await settled(page);
			await page.screenshot({ path: `${SHOTS}/${name}-${width}-${scheme}.png` });
			const where = `${name}, ${width} px, ${scheme}`;
			const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			ok(wide <= 0, `${where}: nothing sticks out`, wide);
			ok(bad.length === 0, `${where}: no error, no violation, no foreign request`, ...bad);
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
	for (let i = 0; i < 3; i++)
		await page.keyboard.press("Tab");
	equal(await page.evaluate(() => document.activeElement.textContent), "Search", "three tabs from the top is Search");
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
	for (const hash of ["overview?all=1", "search?q=MARK", "live", "trace?what=192.0.2.7", "lists?all=1"]) {
		const { page, bad, close } = await open(`${HOSTILE}/#/${hash}`);
		await settled(page);
		// The newest events of that log are of no stranger.
		await page.waitForFunction(newest => newest ? document.querySelector("tr.event, .story") :
			document.body.textContent.includes("MARK"), /^(live|trace)/.test(hash));
		await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
		await page.waitForTimeout(200);
		const made = await page.evaluate(() => [...document.body.querySelectorAll(
			"script, img, iframe, object, embed, b:not(.tip b), style, link, base, [onerror], [onload], [onclick], a[href^='javascript']")].map(e => e.outerHTML));
		ok(made.length === 0, `hostile, ${hash}: no element of a stranger`, ...made);
		const signs = await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/.test(document.body.innerText));
		ok(!signs, `hostile, ${hash}: no sign that turns or hides text`);
		ok(bad.length === 0, `hostile, ${hash}: nothing ran`, ...bad);
		if (hash.startsWith("search"))
			ok(await page.evaluate(() => document.body.textContent.includes("<script>alert(1)</script>MARK")), "markup is shown as text");
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
