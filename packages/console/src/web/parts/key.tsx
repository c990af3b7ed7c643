import type { JSX } from "preact";
import { pairsOf } from "../labels.ts";

/** A series, its metric's name before its labels. */
export function SeriesKey({ series }: { readonly series: string }): JSX.Element {
  const pairs = pairsOf(series);
  if (!pairs) return <CutKey series={series} />;
  const name = pairs.find(([label]) => label === "__name__")?.[1];
  const labels = pairs.filter(([label]) => label !== "__name__");
  return (
    <code class="series" title={series}>
      <b>{name ?? "(no name)"}</b>
      {labels.length > 0 && (
        <span>
          {"{"}
          {labels.map(([label, value], i) => (
            <span key={label}>
              {i > 0 && ", "}
              {label}=<i>"{value}"</i>
            </span>
          ))}
          {"}"}
        </span>
      )}
    </code>
  );
}

const CUT_NAME = /^\{__name__="([^"\\]*)",?/;

/** A key that was cut has no end, but nearly always a name at its beginning. */
function CutKey({ series }: { readonly series: string }): JSX.Element {
  const name = CUT_NAME.exec(series);
  if (!name) return <code class="series">{series === "" ? "(unreadable)" : series}</code>;
  return (
    <code class="series" title={series}>
      <b>{name[1]}</b>
      {`{${series.slice(name[0].length)}`}
    </code>
  );
}
