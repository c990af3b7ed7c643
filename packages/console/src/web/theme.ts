import { type ReadonlySignal, signal } from "@preact/signals";

export type Theme = "light" | "dark";

const KEY = "penstock-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const chosen = signal<Theme | undefined>(stored());
const shown = signal<Theme>(effective());

/** What is shown now: the system's, until somebody chooses. */
export const theme: ReadonlySignal<Theme> = shown;

export function toggleTheme(): void {
  chosen.value = shown.value === "dark" ? "light" : "dark";
  localStorage.setItem(KEY, chosen.value);
  apply();
}

function stored(): Theme | undefined {
  const text = localStorage.getItem(KEY);
  return text === "light" || text === "dark" ? text : undefined;
}

function effective(): Theme {
  return chosen.value ?? (system.matches ? "dark" : "light");
}

function apply(): void {
  // First the attribute: whoever hears of the signal reads colours by it.
  document.documentElement.dataset.theme = effective();
  shown.value = effective();
}

system.addEventListener("change", apply);
apply();
