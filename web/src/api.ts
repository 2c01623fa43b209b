// api.ts - the server's answers. Only ids and filters are sent; nothing is sent anywhere else.

import type { Report, Row } from "./report";

export interface Health {
	program: string;
	host: string;
	zone: string;
	/** What the server takes for the present, RFC 3339. */
	now: string;
	/** Is there a live stream? */
	live: boolean;
	/** Does the server read the queue's directories itself? */
	queue: boolean;
	/** How many answers of block lists are kept. */
	snapshots: number;
}

export interface TraceLine { time: string; pid: string; result?: string; text: string }

export interface Story {
	verdict: string;
	sentence: string;
	time: string;
	pid?: string;
	client?: string;
	sender?: string;
	recipients?: string[];
	seconds?: number;
	lines?: TraceLine[];
}

/** A line of a log file; its time is not known where it has no stamp. */
export interface LogLine { at: number; time: string | null; local: string | null; stamp: string | null; text: string; cut?: boolean }

export interface LogPage {
	stream: string;
	name: string;
	/** From where to go on; null: the end was reached. */
	next: number | null;
	complete: boolean;
	/** Why it was not: limit, bytes or time. */
	reason: string | null;
	lines: LogLine[];
}

export interface Snapshot { id: string; name: string; bytes: number; changed: string | null }

export type Params = Record<string, string>;

export function query(params: Params): string {
	const filled = Object.entries(params).filter(([, v]) => v !== "");
	return filled.length ? "?" + new URLSearchParams(filled).toString() : "";
}

/** An error of the server is an Error with its sentence. */
async function get<T>(path: string, params: Params, signal?: AbortSignal): Promise<T> {
	const answer = await fetch("/api/v1/" + path + query(params), { signal: signal ?? null, headers: { accept: "application/json" } });
	let body: unknown;
	try {
		body = await answer.json();
	} catch {
		throw new Error(`The server answered ${answer.status} without a text.`);
	}
	if (!answer.ok)
		throw new Error((body as { error?: string }).error ?? `The server answered ${answer.status}.`);
	return body as T;
}

export const health = (): Promise<Health> => get("health", {});
export const report = (p: Params, signal?: AbortSignal): Promise<Report> => get("report", p, signal);
export const events = (p: Params, signal?: AbortSignal): Promise<{ events: Row[]; more: boolean }> => get("events", p, signal);
export const trace = (p: Params, signal?: AbortSignal): Promise<{ stories: Story[] }> => get("trace", p, signal);
export const queueNow = (): Promise<Report> => get("queue", {});
export const logs = (signal?: AbortSignal): Promise<Report> => get("logs", {}, signal);
export const logLines = (p: Params, signal?: AbortSignal): Promise<LogPage> => get("logs/lines", p, signal);
export const logState = (id: string, signal?: AbortSignal): Promise<Report> => get("logs/state", { id }, signal);
export const snapshots = (signal?: AbortSignal): Promise<{ snapshots: Snapshot[] }> => get("snapshots", {}, signal);
export const whatif = (p: Params, signal?: AbortSignal): Promise<Report> => get("whatif", p, signal);
