// view.ts - what a view is, and what it is given.

import type { Health, Params } from "./api";

export interface Place { view: string; params: Params }

export interface View {
	id: string;
	title: string;
	/** Fills main; ends with what has to be undone when another view comes. */
	show: (main: HTMLElement, params: Params, app: App) => (() => void) | void;
}

export interface App {
	health: Health;
	/** Goes there; the address says so, too. */
	go: (place: Place) => void;
	/** The same as an address for links. */
	link: (place: Place) => string;
}
