import type { Kind } from "@penstock/model";
import type { JSX } from "preact";
import type { SeriesAnswer, SeriesView } from "../../api.ts";
import { whole } from "../format.ts";
import { Chart } from "../parts/chart.tsx";
import { drawCombined, drawLanes, drawRaw, laneTicks, type View } from "./drawing.ts";
import { SeriesTable } from "./list.tsx";
import { shortName } from "./name.ts";
import { PointTable } from "./table.tsx";

const CHART_HEIGHT = 320;

const COMBINED: Readonly<Record<Kind, (step: string) => string>> = {
  delta: (step) => `The sum over all lanes of each ${step}, the last of which may still grow. `,
  gauge: (step) => `The newest sample of each ${step}. `,
  cumulative: (step) => `The newest sample, of one writer, of each ${step}. `,
};

/** The answer as a picture or a table, and what is not in it. */
export function Shown(props: {
  readonly answer: SeriesAnswer;
  readonly view: View;
  readonly kind: Kind;
  readonly only: string | undefined;
}): JSX.Element {
  const { answer, view, kind, only } = props;
  const drawn = answer.series.filter(
    ({ key, points }) => points.atMs.length > 0 && (only === undefined || key === only),
  );
  const isPartial = drawn.some(({ points, samples }) => points.atMs.length < samples);
  return (
    <>
      {view === "table" ? <PointTable series={drawn} /> : <Picture {...props} drawn={drawn} />}
      <p class="quiet">
        {view === "combined" && COMBINED[kind](`${answer.stepMs / 1_000} s`)}
        {drawn.length < answer.total &&
          only === undefined &&
          `The first ${drawn.length} of ${whole(answer.total)} series are drawn. `}
        {isPartial && "Of long series the newest 5\u202f000 samples. "}
      </p>
      <SeriesTable answer={answer} only={only} />
    </>
  );
}

function Picture(props: {
  readonly answer: SeriesAnswer;
  readonly view: View;
  readonly kind: Kind;
  readonly drawn: readonly SeriesView[];
}): JSX.Element {
  const { answer, view, kind, drawn } = props;
  const isLanes = view === "lanes";
  const { timesMs, lines } = isLanes
    ? drawLanes(drawn)
    : view === "raw"
      ? drawRaw(drawn)
      : drawCombined(drawn, answer.stepMs, kind === "delta" ? "steps" : "line");
  const named = lines.map((line) => ({ ...line, name: isLanes ? line.name : shortName(line.name, drawn.length) }));
  return (
    <Chart
      label={isLanes ? "Samples by lane" : "Samples"}
      timesMs={timesMs}
      lines={named}
      height={CHART_HEIGHT}
      rangeMs={[answer.startMs, Math.max(Date.now(), timesMs.at(-1) ?? 0)]}
      format={(number) => String(Math.round(number * 1e6) / 1e6)}
      {...(isLanes && { ticks: laneTicks(drawn) })}
    />
  );
}
