// shots.mjs - screenshots of the dashboard with the sample logs, in Debian's Chromium.
//
//	node tools/shots.mjs FOLDER
//
// "make shots" calls it and leaves them in build/shots; those in docs/ are two of them.

import { spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";

const ROOT = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), "..");
const folder = path.resolve(process.argv[2] ?? "build/shots");
const { chromium } = createRequire(path.join(ROOT, "build/web-test/x.js"))("playwright-core");

const DAY = "since=2026-03-29&until=2026-03-30";
/** Name, look, height, and the address of the view. */
const SHOTS = [
	["overview", "light", 900, `overview?${DAY}`],
	["story", "dark", 640, "trace?what=16265%402026-03-29%2023%3A36"],
	["insights", "light", 900, `insights?${DAY}`],
	["search", "light", 800, "search?verdict=rejected&to=%40ourtown.org.example"],
	["block-lists", "dark", 900, `lists?${DAY}`],
	["logs", "dark", 800, "logs"],
];
const WIDTH = 1280, WAIT = 60000;

/** The dashboard of the sample logs, with the day after them as today. */
async function serve() {
	const server = spawn(path.resolve(ROOT, process.env.MAILTALLY ?? "build/mailtally"), ["-C", "examples/mailtally.conf", "serve",
		"--listen", "127.0.0.1:0", "--now", "2026-03-30T00:11:00+02:00", "examples/log"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
	for await (const line of createInterface({ input: server.stdout }))
		return { server, url: line.trim().replace(/\/$/, "") };
	throw new Error("the dashboard does not start");
}

async function shoot(browser, url, [name, look, height, view]) {
	const page = await browser.newPage({ viewport: { width: WIDTH, height }, colorScheme: look });
	await page.goto(`${url}/#/${view}`);
	await page.waitForFunction(() => document.querySelector("main .card, main table, main .tiles") && !document.querySelector(".wait"),
		null, { timeout: WAIT });
	// The changes against the day before come a moment later.
	await page.waitForLoadState("networkidle").catch(() => undefined);
	const file = path.join(folder, name + ".png");
	await page.screenshot({ path: file });
	await page.close();
	console.log(`${path.relative(process.cwd(), file)}: ${fs.statSync(file).size} bytes`);
}

fs.mkdirSync(folder, { recursive: true });
const { server, url } = await serve();
try {
	const browser = await chromium.launch({ executablePath: "/usr/bin/chromium",
		args: ["--disable-dev-shm-usage", ...(process.getuid() === 0 ? ["--no-sandbox"] : [])] });
	for (const shot of SHOTS)
		await shoot(browser, url, shot);
	await browser.close();
} finally {
	server.kill();
}
