// format.ts - numbers, times and names as people read them.

import type { Column, Value } from "./report";

const grouped = new Intl.NumberFormat("en", { useGrouping: true });
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function count(n: number): string {
	return grouped.format(n).replace(/,/g, "\u202f");
}

/** Big numbers of tiles and axes: 1.2 k, 3.4 M. */
export function short(n: number): string {
	if (Math.abs(n) < 10000)
		return count(Math.round(n));
	return Math.abs(n) < 1e6 ? (n / 1e3).toFixed(n < 1e5 ? 1 : 0) + "\u202fk" : (n / 1e6).toFixed(1) + "\u202fM";
}

export function bytes(n: number): string {
	let unit = 0;
	while (n >= 1024 && unit < UNITS.length - 1) {
		n /= 1024;
		unit++;
	}
	return (unit ? n.toFixed(1) : String(n)) + "\u202f" + UNITS[unit];
}

export function duration(seconds: number): string {
	if (seconds < 1)
		return Math.round(seconds * 1000) + "\u202fms";
	if (seconds < 90)
		return seconds.toFixed(1) + "\u202fs";
	if (seconds < 5400)
		return (seconds / 60).toFixed(1) + "\u202fmin";
	return seconds < 172800 ? (seconds / 3600).toFixed(1) + "\u202fh" : (seconds / 86400).toFixed(1) + "\u202fd";
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
	let f = formats.get(zone);
	if (!f) {
		const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "2-digit", day: "2-digit",
			hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
		try {
			f = new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: zone });
		} catch {
			f = new Intl.DateTimeFormat("sv-SE", { ...options, timeZone: "UTC" });
		}
		formats.set(zone, f);
	}
	return f;
}

/** "2026-03-29 00:07:46" in the zone of the report. */
export function time(rfc3339: string, zone: string): string {
	const t = Date.parse(rfc3339);
	return Number.isNaN(t) ? rfc3339 : formatOf(zone).format(t).replace(",", "");
}

export function day(ms: number, zone: string): string {
	return formatOf(zone).format(ms).slice(0, 10);
}

/** A cell of a table. */
export function cell(v: Value | undefined, c: Column, zone: string): string {
	if (v === null || v === undefined)
		return "";
	if (typeof v === "boolean")
		return v ? "\u2713" : "";
	if (typeof v === "string")
		return c.type === "time" ? time(v, zone) : v;
	switch (c.type) {
	case "bytes":
		return bytes(v);
	case "duration":
		return duration(v);
	case "percent":
		return v.toFixed(1) + "\u202f%";
	case "real":
		return String(Math.round(v * 100) / 100);
	default:
		return count(v);
	}
}

/** What the ids of columns are called, where their words do not say it. */
const TITLES: Record<string, string> = {
	rbl_dns: "RBL/DNS", non_conf: "Non.Conf.", del_spam: "Del.Spam", qued_spam: "Qued.Spam?", geoip: "GeoIP",
	dmarc_rej: "DMARC rej.", rej_load: "Rej.Load", execut: "Execut.", ip: "Client", ips: "Clients",
	percent: "%", accept_percent: "% accepted", change_percent: "Change", n_m_percent: "n/m", peak_n: "Peak",
	m: "May", tld: "TLD", unique_ips: "Clients", spam_tagged: "Tagged", xfererr: "Xfer error",
	"90_percent": "90\u202f%", "95_percent": "95\u202f%", "99_percent": "99\u202f%", cumulative_percent: "Up to here",
	refused_total: "Refused", refused_per_ip: "Refused per client", third_party: "3rd party", pid: "Process",
};

export function title(id: string): string {
	const known = TITLES[id];
	if (known)
		return known;
	const words = id.replace(/_/g, " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}
