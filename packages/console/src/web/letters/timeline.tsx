import type { JSX } from "preact";
import type { LetterView } from "../../api.ts";
import { duration } from "../format.ts";
import { When } from "../parts/when.tsx";

/** What happened when, from the sample to now. */
export function Timeline({ letter }: { readonly letter: LetterView }): JSX.Element {
  const times = letter.shown.flatMap(({ timestamps }) => timestamps);
  const steps: (readonly [name: string, atMs: number])[] = [
    ...(times.length > 0 ? [["Its oldest sample", Math.min(...times)] as const] : []),
    ...(letter.source ? [["SQS took the message", letter.source.sentAtMs] as const] : []),
    [letter.shape === "moved" ? "Moved by the redrive policy" : "Refused for good", letter.diedAtMs],
    ...(letter.arrivedAtMs === letter.diedAtMs ? [] : [["Came to this queue", letter.arrivedAtMs] as const]),
    ["Now", Date.now()],
  ];
  return (
    <section>
      <h3>Timeline</h3>
      <ol class="timeline">
        {steps.map(([name, atMs], i) => (
          <li key={name}>
            <span>{name}</span>
            <When atMs={atMs} as="time" />
            <small>{i > 0 ? between(steps[i - 1]![1], atMs) : ""}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

function between(beforeMs: number, afterMs: number): string {
  const ms = afterMs - beforeMs;
  return ms < 0 ? `${duration(-ms)} before that` : ms < 1_000 ? "at once" : `+ ${duration(ms)}`;
}
