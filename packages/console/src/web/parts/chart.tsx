import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { theme } from "../theme.ts";
import type { Line } from "./line.ts";
import { drawMarks, markOf } from "./marks.ts";

export interface ChartProps {
  readonly label: string;
  /** Milliseconds since the epoch, increasing. */
  readonly timesMs: readonly number[];
  readonly lines: readonly Line[];
  readonly height: number;
  /** Ends of the time axis. */
  readonly rangeMs: readonly [from: number, to: number];
  readonly format: (value: number) => string;
  /** The y axis shows these only. */
  readonly ticks?: readonly number[];
}

const COLORS = 8;
const DASHES: readonly (readonly number[])[] = [
  [],
  [8, 4],
  [2, 3],
  [10, 3, 2, 3],
  [5, 2],
  [1, 4],
  [12, 4],
  [6, 2, 1, 2],
];

const LEGEND_DASHES = ["solid", "dashed", "dotted"] as const;
const DAY_S = 86_400;
const POINT_SIZE = 4;
const MARK_SIZE = 6;

/** A time series chart. Charts of one page share their crosshair. */
export function Chart(props: ChartProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const shape = JSON.stringify([props.lines.map(({ name, look, color }) => [name, look, color]), props.height]);
  const shown = theme.value;
  const data = dataOf(props);
  const latest = useRef(props);
  latest.current = props;
  // A chart is made anew when its lines change or its colours do; new values are only handed over.
  useEffect(() => {
    const root = element.current!;
    const made = new uPlot(optionsOf(latest, root), data, root);
    chart.current = made;
    const resizing = new ResizeObserver(() => made.setSize({ width: root.clientWidth, height: props.height }));
    resizing.observe(root);
    return () => {
      resizing.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [shape, shown]);
  useEffect(() => chart.current?.setData(data));
  return <div class="chart" ref={element} role="img" aria-label={props.label} />;
}

function dataOf({ timesMs, lines }: ChartProps): uPlot.AlignedData {
  return [timesMs.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])];
}

function optionsOf(latest: { readonly current: ChartProps }, root: HTMLElement): uPlot.Options {
  const { lines, height, ticks } = latest.current;
  const css = getComputedStyle(root);
  const color = (name: string): string => css.getPropertyValue(name).trim();
  const format = (value: number | null): string => (value === null ? "–" : latest.current.format(value));
  const axis: uPlot.Axis = {
    stroke: color("--muted"),
    grid: { stroke: color("--line"), width: 1 },
    ticks: { show: false },
    font: `11px ${css.fontFamily}`,
  };
  return {
    width: root.clientWidth,
    height,
    cursor: { sync: { key: "page" }, points: { size: 7 }, drag: { x: false, y: false }, y: false },
    legend: { live: true, markers: { width: 2, dash: (_, i) => LEGEND_DASHES[(i - 1) % LEGEND_DASHES.length]! } },
    scales: {
      x: {
        time: true,
        range: () => [latest.current.rangeMs[0] / 1_000, latest.current.rangeMs[1] / 1_000],
      },
      y: { range: (_, min, max) => yRange(min, max, ticks) },
    },
    axes: [
      { ...axis, space: 70, size: 30, values: (_, splits, __, ___, step) => splits.map((at) => clock(at, step)) },
      {
        ...axis,
        size: 58,
        values: (_, splits) => splits.map((split) => latest.current.format(split)),
        ...(ticks && { splits: [...ticks] }),
      },
    ],
    series: [
      { label: "Time", value: (_, at) => (at === null ? "–" : new Date(at * 1_000).toLocaleTimeString("en-GB")) },
      ...lines.map((line, i) => seriesOf(line, i, color, format)),
    ],
  };
}

/** A time on the axis, as fine as its steps are. */
function clock(atS: number, stepS: number): string {
  const date = new Date(atS * 1_000);
  if (stepS >= DAY_S) return date.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  return date.toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    ...(stepS < 60 && { second: "2-digit" }),
  });
}

function yRange(min: number | null, max: number | null, ticks: readonly number[] | undefined): uPlot.Range.MinMax {
  if (ticks) return [Math.min(...ticks) - 0.5, Math.max(...ticks) + 0.5];
  if (min === null || max === null) return [0, 1];
  const low = Math.min(0, min);
  const high = Math.max(0, max);
  if (low === high) return [0, 1];
  return [low, high + (high - low) * 0.08];
}

function seriesOf(
  { name, look, color: chosen }: Line,
  index: number,
  color: (name: string) => string,
  format: (value: number | null) => string,
): uPlot.Series {
  const stroke = color(chosen ?? `--chart-${(index % COLORS) + 1}`);
  const isDots = look === "dots";
  const label = isDots ? `${markOf(index)} ${name}` : name;
  const shared: uPlot.Series = { label, stroke, value: (_, value) => format(value), spanGaps: false };
  return {
    ...shared,
    width: isDots ? 0 : 1.75,
    dash: [...DASHES[index % DASHES.length]!],
    ...(look === "steps" && { paths: uPlot.paths.stepped!({ align: 1 }) }),
    ...(isDots && { paths: () => null }),
    points: {
      show: look !== "smooth",
      size: POINT_SIZE,
      fill: stroke,
      ...(isDots && { paths: drawMarks(index, MARK_SIZE) }),
    },
  };
}
