import type { JSX } from "preact";
import type { SeriesView } from "../../api.ts";
import { whole } from "../format.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

const MAX_ROWS = 500;

/** Raw samples, newest first: every one of them, nothing made up between them. */
export function PointTable({ series }: { readonly series: readonly SeriesView[] }): JSX.Element {
  const rows = series
    .flatMap(({ key, points }) =>
      points.atMs.map((atMs, i) => ({ key, atMs, value: points.values[i]!, lane: points.lanes[i]! })),
    )
    .sort((a, b) => b.atMs - a.atMs);
  return (
    <>
      <Table heads={["Time", "Value", "Lane", "Series"]} numbers={["Value"]} isTall>
        {rows.slice(0, MAX_ROWS).map(({ key, atMs, value, lane }) => (
          <tr key={`${atMs} ${lane} ${key}`}>
            <td class="nowrap mono">
              <When atMs={atMs} as="precise" />
            </td>
            <td class="number">{String(value)}</td>
            <td>
              <span class="lane">{lane === "" ? "none" : lane}</span>
            </td>
            <td class="series-cell">
              <SeriesKey series={key} />
            </td>
          </tr>
        ))}
      </Table>
      {rows.length > MAX_ROWS && (
        <p class="quiet">
          The newest {whole(MAX_ROWS)} of {whole(rows.length)}.
        </p>
      )}
    </>
  );
}
