// dom.ts - elements without markup: text from a log can only become text.

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, string | number | boolean | ((e: Event) => void) | undefined>;

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
			e.setAttribute(key, String(value));
	}
	for (const child of children.flat())
		if (child !== null && child !== undefined && child !== false)
			e.append(typeof child === "number" ? String(child) : child);
	return e;
}

export function replace(parent: Element, ...children: (Node | null)[]): void {
	parent.replaceChildren(...children.filter((c): c is Node => c !== null));
}
