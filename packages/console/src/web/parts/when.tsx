import type { JSX } from "preact";
import { ago, exactTime, preciseTime, time } from "../format.ts";

const WORDS = { ago, time, precise: preciseTime } as const;

/** A time as it is read at a glance, and exactly when it is pointed at. */
export function When(props: { readonly atMs: number; readonly as?: keyof typeof WORDS }): JSX.Element {
  const { atMs, as = "ago" } = props;
  return <time title={exactTime(atMs)}>{WORDS[as](atMs, Date.now())}</time>;
}
