// colours.ts - one colour for each outcome, the same wherever it is shown.

export interface Outcome { id: string; good: boolean; colour: string }

/** From what was delivered, below, to what was refused first, above. */
export const OUTCOMES: Outcome[] = [
	{ id: "ham", good: true, colour: "#2a9d74" },
	{ id: "relay", good: true, colour: "#57b894" },
	{ id: "local", good: true, colour: "#7fcbb0" },
	{ id: "webmail", good: true, colour: "#3d8f8f" },
	{ id: "mailman", good: true, colour: "#66a9a9" },
	{ id: "fetchmail", good: true, colour: "#93c2c2" },
	{ id: "qued_spam", good: true, colour: "#e3b341" },
	{ id: "del_spam", good: false, colour: "#dd7f3b" },
	{ id: "virus", good: false, colour: "#b5368f" },
	{ id: "execut", good: false, colour: "#8e3a80" },
	{ id: "dmarc_rej", good: false, colour: "#6d6fd0" },
	{ id: "karma", good: false, colour: "#5a87d8" },
	{ id: "geoip", good: false, colour: "#4f6d9c" },
	{ id: "non_conf", good: false, colour: "#8f7ac4" },
	{ id: "rbl_dns", good: false, colour: "#cb4b52" },
	{ id: "refused", good: false, colour: "#7b8794" },
	{ id: "rej_load", good: false, colour: "#a0a8b1" },
	{ id: "received", good: true, colour: "#7fcbb0" },
	{ id: "delivered", good: true, colour: "#2a9d74" },
	{ id: "deferred", good: false, colour: "#e3b341" },
	{ id: "bounced", good: false, colour: "#dd7f3b" },
	{ id: "rejected", good: false, colour: "#cb4b52" },
];

const OTHERS = ["#8c6d4f", "#b08f6c", "#6f7f5a", "#9aa97f"];

/** Outcomes of a configuration's own columns are coloured in turn. */
export function outcome(id: string, n: number): Outcome {
	return OUTCOMES.find(o => o.id === id) ?? { id, good: false, colour: OTHERS[n % OTHERS.length]! };
}
