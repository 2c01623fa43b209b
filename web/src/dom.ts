// dom.ts - elements without markup: text from a log can only become text, and can be seen.

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, string | number | boolean | ((e: Event) => void) | undefined>;

/**
 * Characters that hide, turn or disturb text: controls, bidirectional and invisible ones, the same that
 * base/utf8.h escapes. JSON carries them as escapes, so here they are characters again.
 */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;

export function visible(text: string): string {
	return text.replace(UNSEEN, c => "\\u" + c.codePointAt(0)!.toString(16).padStart(4, "0"));
}

/** An element. Functions are listeners, `true` is an empty attribute, absent and false are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(
	name: K, props: Props = {}, ...children: (Child | Child[])[]): HTMLElementTagNameMap[K] {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(props)) {
		if (typeof value === "function")
			e.addEventListener(key, value);
		else if (value === true)
			e.setAttribute(key, "");
		else if (value !== undefined && value !== false)
			e.setAttribute(key, key === "title" ? visible(String(value)) : String(value));
	}
	for (const child of children.flat())
		if (child !== null && child !== undefined && child !== false)
			e.append(typeof child === "string" ? visible(child) : typeof child === "number" ? String(child) : child);
	return e;
}

export function replace(parent: Element, ...children: (Node | null)[]): void {
	parent.replaceChildren(...children.filter((c): c is Node => c !== null));
}
