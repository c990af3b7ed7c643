import type { JSX } from "preact";
import type { HistoryPoint, Overview } from "../../api.ts";
import { Chart } from "../parts/chart.tsx";
import { Empty, Missing } from "../parts/state.tsx";
import { ratesBetween } from "./rates.ts";

const WINDOW_MS: number = 10 * 60_000;

/** Samples a second, over the last ten minutes. */
export function Throughput(props: { readonly now: Overview; readonly points: readonly HistoryPoint[] }): JSX.Element {
  const { books, nowMs } = props.now;
  return (
    <section aria-labelledby="throughput">
      <div class="section-head">
        <h2 id="throughput">Samples a second</h2>
        {books.known && <p class="quiet">The last 10 minutes</p>}
      </div>
      {books.known ? <Curves points={props.points} nowMs={nowMs} /> : <Missing why={books.why} />}
    </section>
  );
}

function Curves({ points, nowMs }: { readonly points: readonly HistoryPoint[]; readonly nowMs: number }): JSX.Element {
  const recent = points.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
  if (recent.length < 2)
    return <Empty title="The curve begins now">A point comes every two seconds, or ten in AWS.</Empty>;
  const rates = recent.slice(1).map((point, i) => ratesBetween(recent[i]!, point));
  return (
    <Chart
      label="Samples stored, rejected and returned each second"
      timesMs={recent.slice(1).map(({ atMs }) => atMs)}
      height={210}
      rangeMs={[nowMs - WINDOW_MS, nowMs]}
      format={(perSecond) => String(Math.round(perSecond * 100) / 100)}
      lines={[
        { name: "stored", look: "smooth", color: "--stored", values: rates.map((one) => one?.stored ?? null) },
        { name: "rejected", look: "smooth", color: "--rejected", values: rates.map((one) => one?.rejected ?? null) },
        { name: "returned", look: "smooth", color: "--returned", values: rates.map((one) => one?.returned ?? null) },
      ]}
    />
  );
}
