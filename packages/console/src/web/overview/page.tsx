import type { JSX } from "preact";
import { Empty, Sign } from "../parts/state.tsx";
import { BooksView } from "./books.tsx";
import { Flow } from "./flow.tsx";
import { healthOf } from "./health.ts";
import { ratesNow } from "./rates.ts";
import { Refusals } from "./refusals.tsx";
import { Throughput } from "./throughput.tsx";
import { overview, points } from "./watch.ts";

/** Long enough to hold some flushes at the shortest interval, and two points at the longest. */
const RATE_WINDOW_MS = 20_000;

export function OverviewPage(): JSX.Element {
  const now = overview.value;
  // Until there is a point nobody has been asked.
  if (!now || points.value.length === 0) return <Empty title="Asking the queue …" />;
  const { mood, sentence } = healthOf(now, points.value);
  return (
    <>
      <h1 class="visually-hidden">Overview</h1>
      <p class={`health ${mood}`} role="status">
        <Sign mood={mood} /> {sentence}
      </p>
      <Flow now={now} rates={ratesNow(points.value, RATE_WINDOW_MS)} />
      <BooksView books={now.books} />
      <div class="two">
        <Throughput now={now} points={points.value} />
        <Refusals now={now} points={points.value} />
      </div>
    </>
  );
}
