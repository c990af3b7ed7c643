import type { ComponentChildren, JSX } from "preact";
import type { Mood } from "./mood.ts";
import { Words } from "./words.tsx";

const SIGNS: Readonly<Record<Mood, string>> = { good: "✓", warn: "!", bad: "✕", quiet: "–" };

export function Sign({ mood }: { readonly mood: Mood }): JSX.Element {
  return (
    <span class={`sign ${mood}`} aria-hidden="true">
      {SIGNS[mood]}
    </span>
  );
}

/** Nothing is here, and what that means. */
export function Empty(props: {
  readonly title: string;
  readonly mood?: Mood;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <Sign mood={props.mood ?? "quiet"} />
      <h3>
        <Words>{props.title}</Words>
      </h3>
      {props.children && <p>{props.children}</p>}
    </div>
  );
}

/** What was asked for did not work, and why. */
export function Failed({ why }: { readonly why: string }): JSX.Element {
  return (
    <p class="field-error" role="alert">
      <Words>{why}</Words>
    </p>
  );
}

/** A part of the page that cannot be filled here, and why. */
export function Missing({ why }: { readonly why: string }): JSX.Element {
  return (
    <p class="missing">
      Not available here: <Words>{lowerFirst(why)}</Words>
    </p>
  );
}

function lowerFirst(text: string): string {
  // Names stay as they are: `SQS tells …`, `AMP …`.
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}
