import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { SeriesAnswer, SeriesView } from "../../api.ts";
import { whole } from "../format.ts";
import { useLoaded } from "../loading.ts";
import { Empty } from "../parts/state.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { href } from "../route.ts";
import { settings } from "../settings.ts";
import { nameOf } from "./name.ts";

const INTERVAL_MS = 5_000;
/** Short enough that a whole workspace may be asked for it. */
const BROWSE_MINUTES = "5";

/** The metrics that were stored lately, for somebody who does not know yet what to ask for. */
export function Browse(): JSX.Element {
  const [isAsked, setAsked] = useState(false);
  const isShown = settings.value?.browsable || isAsked;
  const path = isShown ? href("series", { minutes: BROWSE_MINUTES }) : undefined;
  const { value, error } = useLoaded<SeriesAnswer>(path, INTERVAL_MS);
  if (!isShown) {
    return (
      <Empty title="Name a metric above">
        Or{" "}
        <button type="button" onClick={() => setAsked(true)}>
          list all of the last 5 minutes
        </button>
        , which in a large workspace is a heavy query.
      </Empty>
    );
  }
  if (!value) return <Empty title={error?.message ?? "Asking the receiver …"} mood={error ? "bad" : "quiet"} />;
  if (value.series.length === 0) {
    return (
      <Empty title="Nothing was stored in the last 5 minutes">Send a sample, and it shows here within seconds.</Empty>
    );
  }
  const byMetric = [...Map.groupBy(value.series, ({ key }) => nameOf(key))];
  return (
    <section aria-label="Metrics of the last 5 minutes">
      <Table
        heads={["Metric, the last 5 minutes", "Series", "Samples", "Lanes", "Newest"]}
        numbers={["Series", "Samples", "Lanes"]}
      >
        {byMetric.map(([name, some]) => (
          <tr key={name}>
            <td>
              <a class="row-link" href={href("/series", { q: name })}>
                <code class="series">
                  <b>{name}</b>
                </code>
              </a>
            </td>
            <td class="number">{whole(some.length)}</td>
            <td class="number">{whole(some.reduce((sum, { samples }) => sum + samples, 0))}</td>
            <td class="number">{Math.max(...some.map(lanesOf))}</td>
            <td class="nowrap">
              <When atMs={Math.max(...some.map(({ newestMs }) => newestMs))} />
            </td>
          </tr>
        ))}
      </Table>
      {value.series.length < value.total && (
        <p class="quiet">
          Of the first {whole(value.series.length)} of {whole(value.total)} series. Name a metric above to see others.
        </p>
      )}
    </section>
  );
}

function lanesOf({ lanes }: SeriesView): number {
  return new Set(lanes.map(({ lane }) => lane)).size;
}
