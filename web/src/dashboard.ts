export function dashboard(_b: HTMLElement): void {}
