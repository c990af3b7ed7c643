import type { Kind } from "@penstock/model";
import type { JSX } from "preact";
import type { SeriesAnswer } from "../../api.ts";
import { useLoaded } from "../loading.ts";
import { Choice, Select } from "../parts/choice.tsx";
import { Filter } from "../parts/filter.tsx";
import { Empty } from "../parts/state.tsx";
import { go, href, route, withQuery } from "../route.ts";
import { Browse } from "./browse.tsx";
import type { View } from "./drawing.ts";
import { guessKind, RANGES } from "./kind.ts";
import { Shown } from "./picture.tsx";

const INTERVAL_MS = 5_000;
const VIEWS: readonly (readonly [View, string])[] = [
  ["combined", "Combined"],
  ["raw", "Raw"],
  ["lanes", "Lanes"],
  ["table", "Table"],
];

/** What is stored, as it is stored: every sample, in its lane. */
export function SeriesPage(): JSX.Element {
  const selector = route.value.query.get("q") ?? "";
  return (
    <>
      <div class="page-head">
        <h1>Series</h1>
        <p class="quiet">What the receiver holds: raw samples, in the lanes they were given, or the lanes as one.</p>
      </div>
      <Filter
        label="Choose series by a selector"
        placeholder={'http_requests_total{status=~"5.."}'}
        value={selector}
        onChange={(q) => go(withQuery({ q: q === "" ? undefined : q, only: undefined }))}
      />
      {selector === "" ? <Browse /> : <Chosen selector={selector} />}
    </>
  );
}

function Chosen({ selector }: { readonly selector: string }): JSX.Element {
  const { query } = route.value;
  const range = RANGES.find(({ minutes }) => String(minutes) === query.get("range")) ?? RANGES[2]!;
  const view = (query.get("view") ?? "combined") as View;
  const only = query.get("only") ?? undefined;
  const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(selector)?.[0] ?? /__name__="([^"]*)"/.exec(selector)?.[1] ?? "";
  const kind = (query.get("kind") ?? guessKind(metric)) as Kind;
  const minutes = String(range.minutes);
  const path = href("series", { q: selector, minutes, step: String(range.stepS), kind, key: only });
  const { value, error } = useLoaded<SeriesAnswer>(path, INTERVAL_MS);
  return (
    <>
      <div class="controls">
        <Choice label="View" options={VIEWS} value={view} onChange={(next) => go(withQuery({ view: next }))} />
        <Choice
          label="Range"
          options={RANGES.map((one) => [String(one.minutes), one.name] as const)}
          value={minutes}
          onChange={(next) => go(withQuery({ range: next }))}
        />
        <Select
          label="Kind"
          options={[
            ["delta", "delta: lanes and steps add up"],
            ["gauge", "gauge: the newest of each step"],
            ["cumulative", "cumulative: the newest, per writer"],
          ]}
          value={kind}
          onChange={(next) => go(withQuery({ kind: next }))}
        />
      </div>
      {error && <Empty title={error.message} mood="bad" />}
      {!error && value?.series.length === 0 && (
        <Empty title="No series matches">
          Nothing under these labels in the last {range.name}. A longer range may have it.
        </Empty>
      )}
      {!error && value && value.series.length > 0 && <Shown answer={value} view={view} kind={kind} only={only} />}
    </>
  );
}
