import { signal } from "@preact/signals";
import { go } from "./route.ts";

/** Whether the list of keys is shown. */
export const helpShown = signal(false);

/** After `g`. */
const PAGES: Readonly<Record<string, string>> = {
  o: "/",
  d: "/letters",
  s: "/series",
  w: "/writes",
  e: "/settings",
  r: "/reasons",
};

export const KEYS: readonly (readonly [keys: string, meaning: string])[] = [
  ["/", "to the filter"],
  ["g o", "overview"],
  ["g d", "dead letters"],
  ["g s", "series"],
  ["g w", "writes"],
  ["g e", "settings and doctor"],
  ["g r", "reasons"],
  ["j  k", "next and previous letter"],
  ["Esc", "close, or leave the filter"],
  ["?", "this list"],
];

const FOLLOW_MS = 1_000;

export function listenForKeys(): void {
  let gAtMs = Number.NEGATIVE_INFINITY;
  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
    const { key, target } = event;
    if (isField(target)) {
      if (key === "Escape") (target as HTMLElement).blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    const page = event.timeStamp - gAtMs < FOLLOW_MS ? PAGES[key] : undefined;
    if (page !== undefined) go(page);
    gAtMs = key === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY;
    if (key === "?") helpShown.value = true;
    if (key !== "/") return;
    event.preventDefault();
    const filter = document.querySelector<HTMLInputElement>("input[data-filter]");
    filter?.focus();
    filter?.select();
  });
}

/** Whether somebody is typing there, or choosing. */
export function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select");
}
