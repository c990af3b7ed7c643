import type { JSX } from "preact";
import type { SeriesAnswer, SeriesView } from "../../api.ts";
import { count, whole } from "../format.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Sign } from "../parts/state.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { withQuery } from "../route.ts";

/** The series that match, each with the lanes it has; one of them can be drawn alone. */
export function SeriesTable({
  answer,
  only,
}: {
  readonly answer: SeriesAnswer;
  readonly only: string | undefined;
}): JSX.Element {
  return (
    <section aria-labelledby="series-list">
      <div class="section-head">
        <h2 id="series-list">{whole(answer.total)} series</h2>
        {only !== undefined && <a href={withQuery({ only: undefined })}>Draw all</a>}
      </div>
      <Table
        heads={["Series", "Lanes in use", "Samples", "Newest value", "Newest"]}
        numbers={["Samples", "Newest value"]}
      >
        {answer.series.map((one) => (
          <tr key={one.key} aria-selected={one.key === only}>
            <td class="series-cell">
              <a class="row-link" href={withQuery({ only: one.key === only ? undefined : one.key })}>
                <SeriesKey series={one.key} />
              </a>
            </td>
            <td>
              <LaneChips series={one} />
            </td>
            <td class="number">{whole(one.samples)}</td>
            <td class="number">{String(newestOf(one).newestValue)}</td>
            <td class="nowrap">
              <When atMs={one.newestMs} />
            </td>
          </tr>
        ))}
      </Table>
      {answer.series.length < answer.total && (
        <p class="quiet">The first {whole(answer.series.length)} are listed. Narrow the selector to see others.</p>
      )}
    </section>
  );
}

function LaneChips({ series }: { readonly series: SeriesView }): JSX.Element {
  const groups = new Set(series.lanes.map(({ group }) => group));
  return (
    <span class="lane-chips">
      {series.lanes.map(({ lane, group, samples }) => (
        <span key={`${lane} ${group}`} class="lane" title={`${count(samples, "sample")}, group ${group || "none"}`}>
          {lane === "" ? "none" : lane}
        </span>
      ))}
      {groups.size > 1 && (
        <span title="Its senders disagree about its group: its order is lost">
          <Sign mood="warn" /> {groups.size} groups
        </span>
      )}
    </span>
  );
}

function newestOf({ lanes }: SeriesView): SeriesView["lanes"][number] {
  return lanes.reduce((newest, lane) => (lane.newestMs > newest.newestMs ? lane : newest));
}
