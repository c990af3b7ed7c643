import type { JSX } from "preact";
import { pairsOf } from "../letters/selector.ts";

/** A series, its metric's name before its labels. */
export function SeriesKey({ series }: { readonly series: string }): JSX.Element {
  const pairs = pairsOf(series);
  if (!pairs) return <code class="series">{series === "" ? "(unreadable)" : series}</code>;
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
