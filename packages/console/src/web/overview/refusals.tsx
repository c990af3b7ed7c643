import type { JSX } from "preact";
import type { HistoryPoint, Overview } from "../../api.ts";
import { whole } from "../format.ts";
import { matcher } from "../letters/selector.ts";
import { Bars } from "../parts/bars.tsx";
import { Empty, Missing } from "../parts/state.tsx";
import { Words } from "../parts/words.tsx";
import { href } from "../route.ts";
import { settings } from "../settings.ts";
import { rejectedSteps } from "./rates.ts";

const STEP_MS = 60_000;
const STEPS = 30;

/** Refusals by reason over the last half hour: one row for each reason, so that none hides another. */
export function Refusals(props: { readonly now: Overview; readonly points: readonly HistoryPoint[] }): JSX.Element {
  const { books } = props.now;
  return (
    <section aria-labelledby="refusals">
      <div class="section-head">
        <h2 id="refusals">Refusals by reason</h2>
        {books.known && <p class="quiet">Samples a minute, the last 30 minutes</p>}
      </div>
      {books.known ? <Rows rejected={books.value.rejected} points={props.points} /> : <Elsewhere why={books.why} />}
    </section>
  );
}

/** Where nobody counts refusals as they come, the letters themselves say when they died. */
function Elsewhere({ why }: { readonly why: string }): JSX.Element {
  return (
    <>
      <Missing why={why} />
      <p class="after">
        <a href={href("/letters", { by: "reason,hour" })}>The dead letters by reason and hour</a>
      </p>
    </>
  );
}

function Rows(props: {
  readonly rejected: Readonly<Record<string, number>>;
  readonly points: readonly HistoryPoint[];
}): JSX.Element {
  const reasons = Object.entries(props.rejected)
    .filter(([, samples]) => samples > 0)
    .sort(([, a], [, b]) => b - a);
  if (reasons.length === 0) {
    return (
      <Empty title="Nothing was refused" mood="good">
        Healthy looks like this. A sample that the receiver will never take would stand here with its reason.
      </Empty>
    );
  }
  return (
    <table class="refusals">
      <thead class="visually-hidden">
        <tr>
          <th>Reason</th>
          <th>Each minute</th>
          <th>Samples</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map(([reason, samples]) => (
          <tr key={reason}>
            <th scope="row">
              <a href={href("/letters", { q: `{${matcher("reason", reason)}}` })}>{reason}</a>
              <small>
                <Words>{settings.value?.reasons[reason]?.meaning ?? ""}</Words>
              </small>
            </th>
            <td>
              <Bars values={rejectedSteps(props.points, reason, STEP_MS, STEPS)} label={`${reason}, each minute`} />
            </td>
            <td class="number">
              {whole(samples)}
              <small>in all</small>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
