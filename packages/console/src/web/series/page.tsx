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
const BAD_REQUEST = 400;
const VIEWS: readonly (readonly [View, string])[] = [
  ["combined", "Combined"],
  ["raw", "Raw"],
  ["lanes", "Lanes"],
  ["table", "Table"],
];

const KINDS: readonly (readonly [Kind, string])[] = [
  ["delta", "delta: lanes and steps add up"],
  ["gauge", "gauge: the newest of each step"],
  ["cumulative", "cumulative: the newest, per writer"],
];

/** What is stored, as it is stored: every sample, in its lane. */
export function SeriesPage(): JSX.Element {
  const asked = readQuery(route.value.query);
  const { selector } = asked;
  const { value, error } = useLoaded<SeriesAnswer>(selector === "" ? undefined : pathOf(asked), INTERVAL_MS);
  const isWrong = error?.status === BAD_REQUEST;
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
        error={isWrong ? error.message : undefined}
        onChange={(q) => go(withQuery({ q: q === "" ? undefined : q, only: undefined }))}
      />
      {selector === "" ? <Browse /> : <Controls asked={asked} />}
      {error && !isWrong && <Empty title={error.message} mood="bad" />}
      {!error && value?.series.length === 0 && (
        <Empty title="No series matches">
          Nothing under these labels in the last {asked.range.name}. A longer range may have it.
        </Empty>
      )}
      {!error && value && value.series.length > 0 && <Shown answer={value} {...asked} />}
    </>
  );
}

/** What the address asks for. */
function readQuery(query: URLSearchParams) {
  const selector = query.get("q") ?? "";
  const metric = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(selector)?.[0] ?? /__name__="([^"]*)"/.exec(selector)?.[1] ?? "";
  return {
    selector,
    range: RANGES.find(({ minutes }) => String(minutes) === query.get("range")) ?? RANGES[2]!,
    view: (query.get("view") ?? "combined") as View,
    only: query.get("only") ?? undefined,
    kind: (query.get("kind") ?? guessKind(metric)) as Kind,
  };
}

type Asked = ReturnType<typeof readQuery>;

function pathOf({ selector, range, kind, only }: Asked): string {
  return href("series", { q: selector, minutes: String(range.minutes), step: String(range.stepS), kind, key: only });
}

function Controls({ asked }: { readonly asked: Asked }): JSX.Element {
  return (
    <div class="controls">
      <Choice label="View" options={VIEWS} value={asked.view} onChange={(view) => go(withQuery({ view }))} />
      <Choice
        label="Range"
        options={RANGES.map((one) => [String(one.minutes), one.name] as const)}
        value={String(asked.range.minutes)}
        onChange={(range) => go(withQuery({ range }))}
      />
      <Select label="Kind" options={KINDS} value={asked.kind} onChange={(kind) => go(withQuery({ kind }))} />
    </div>
  );
}
