import uPlot from "uplot";

/** Marks about the origin, one unit in every direction, each with the character that stands for it in words. */
const MARKS: readonly (readonly [sign: string, outline: string])[] = [
  ["●", "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z"],
  ["■", "M-.9 -.9H.9V.9H-.9Z"],
  ["▲", "M0 -1.1L1.1 .9H-1.1Z"],
  ["◆", "M0 -1.3L1.3 0L0 1.3L-1.3 0Z"],
  ["▼", "M0 1.1L1.1 -.9H-1.1Z"],
  ["✚", "M-.4 -1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z"],
];

/** The character of a line's mark. */
export function markOf(line: number): string {
  return MARKS[line % MARKS.length]![0];
}

/** Draws a line's points as its marks, so that lines of points alone differ by more than colour. */
export function drawMarks(line: number, size: number): uPlot.Series.Points.PathBuilder {
  const mark = new Path2D(MARKS[line % MARKS.length]![1]);
  const radius = (size / 2) * uPlot.pxRatio;
  return (chart, series, from, to) => {
    const fill = new Path2D();
    for (let i = from; i <= to; i++) {
      const value = chart.data[series]![i];
      if (value === null || value === undefined) continue;
      const x = chart.valToPos(chart.data[0][i]!, "x", true);
      const y = chart.valToPos(value, "y", true);
      fill.addPath(mark, new DOMMatrix([radius, 0, 0, radius, x, y]));
    }
    return { fill, stroke: null };
  };
}
