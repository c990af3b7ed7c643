import { type ReadonlySignal, signal } from "@preact/signals";
import type { Settings } from "../api.ts";
import { get } from "./call.ts";

const loaded = signal<Settings | undefined>(undefined);

/** What the console is pointed at; undefined until the server has said so. */
export const settings: ReadonlySignal<Settings | undefined> = loaded;

const RETRY_MS = 3_000;

export async function loadSettings(): Promise<void> {
  try {
    loaded.value = await get<Settings>("settings");
  } catch {
    // The page says already that the server does not answer.
    setTimeout(() => void loadSettings(), RETRY_MS);
  }
}
