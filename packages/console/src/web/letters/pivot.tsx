import type { JSX } from "preact";
import type { Dimension, PivotRow, PivotView } from "../../api.ts";
import { whole } from "../format.ts";
import { useLoaded } from "../loading.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Failed } from "../parts/state.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { ReasonWord } from "../parts/words.tsx";
import { href, route, withQuery } from "../route.ts";
import { matchersOf, narrowed } from "./selector.ts";

const DIMENSIONS: readonly Dimension[] = ["reason", "series", "metric", "writer", "hour", "group"];
const DEFAULT_BY = "reason,metric";
const CLASSES: Readonly<Partial<Record<Dimension, string>>> = {
  hour: "nowrap",
  reason: "reason-cell",
  series: "series-cell",
  writer: "writer",
};

/** What the letters have in common: a row chosen narrows the filter to it. */
export function PivotTable({
  query,
  version,
}: {
  readonly query: string;
  readonly version: unknown;
}): JSX.Element | null {
  const by = (route.value.query.get("by") ?? DEFAULT_BY).split(",") as Dimension[];
  const { value, error } = useLoaded<PivotView>(href("pivot", { q: query, by: by.join(",") }), undefined, version);
  return (
    <section aria-labelledby="pivot">
      <div class="section-head">
        <h2 id="pivot">What was refused, and why</h2>
        <Dimensions by={by} />
      </div>
      {error && <Failed why={error.message} />}
      {value && value.rows.length > 0 && <Rows pivot={value} query={query} />}
      {value && value.rowCount > value.rows.length && (
        <p class="quiet">
          {whole(value.rows.length)} of {whole(value.rowCount)} rows, those with most samples. Narrow the filter to see
          others.
        </p>
      )}
      {value && value.folded > 0 && (
        <p class="quiet">{whole(value.folded)} samples are in no row: there are too many rows.</p>
      )}
    </section>
  );
}

function Dimensions({ by }: { readonly by: readonly Dimension[] }): JSX.Element {
  const toggled = (dimension: Dimension): string => {
    const others = by.filter((one) => one !== dimension);
    const all = others.length === by.length ? [...by, dimension] : others;
    return withQuery({ by: all.length === 0 ? undefined : all.join(",") });
  };
  return (
    <nav class="chips" aria-label="Add up by">
      {DIMENSIONS.map((dimension) => (
        <a
          key={dimension}
          class="chip"
          href={toggled(dimension)}
          aria-current={by.includes(dimension) ? "true" : undefined}
        >
          {dimension}
        </a>
      ))}
    </nav>
  );
}

function Rows(props: { readonly pivot: PivotView; readonly query: string }): JSX.Element {
  const { pivot, query } = props;
  // The answer may be to the question before.
  const { by } = pivot;
  const most = pivot.rows[0]!.samples;
  return (
    <Table
      heads={[
        ...by.map((dimension) => dimension.replace(/^./, (letter) => letter.toUpperCase())),
        "Letters",
        "Samples",
        "",
        "Since",
        "Last",
      ]}
      numbers={["Letters", "Samples"]}
      kind="pivot"
    >
      {pivot.rows.map((row) => (
        <tr key={row.by.join("\u0000")}>
          <Common row={row} by={by} query={query} />
          <td class="number">{whole(row.letters)}</td>
          <td class="number">{whole(row.samples)}</td>
          <td class="share">
            <meter min={0} max={most} value={row.samples} aria-hidden="true" />
          </td>
          <td class="nowrap">
            <When atMs={row.oldestMs} />
          </td>
          <td class="nowrap">
            <When atMs={row.newestMs} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What the letters of a row have in common, as a link that narrows the filter to it; no filter chooses an hour. */
function Common(props: {
  readonly row: PivotRow;
  readonly by: readonly Dimension[];
  readonly query: string;
}): JSX.Element {
  const { row, by, query } = props;
  const matchers = matchersOf(by, row.by);
  return (
    <>
      {row.by.map((text, i) => {
        const cell = <Cell dimension={by[i]!} text={text} />;
        return (
          <td key={by[i]} class={CLASSES[by[i]!] ?? ""}>
            {i === 0 && matchers.length > 0 ? (
              <a class="row-link" href={withQuery({ q: narrowed(query, matchers), id: undefined })}>
                {cell}
              </a>
            ) : (
              cell
            )}
          </td>
        );
      })}
    </>
  );
}

function Cell({ dimension, text }: { readonly dimension: Dimension; readonly text: string }): JSX.Element {
  if (dimension === "series") return <SeriesKey series={text} />;
  if (dimension === "hour") return <>{text.slice(0, 13).replace("T", " ")} h UTC</>;
  if (text === "") return <span class="quiet">none</span>;
  if (dimension === "reason") return <ReasonWord reason={text} />;
  return (
    <span class="short" title={text}>
      {text}
    </span>
  );
}
