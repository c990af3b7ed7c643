import type { JSX } from "preact";
import type { Told, WriteView } from "../api.ts";
import { bytes, duration, whole } from "./format.ts";
import { useLoaded } from "./loading.ts";
import { Filter } from "./parts/filter.tsx";
import type { Mood } from "./parts/mood.ts";
import { Empty, Missing, Sign } from "./parts/state.tsx";
import { Table } from "./parts/table.tsx";
import { When } from "./parts/when.tsx";
import { go, route, withQuery } from "./route.ts";

const INTERVAL_MS = 2_000;

/** The last remote-write requests, as their receiver or their sender saw them. */
export function WritesPage(): JSX.Element {
  const { value, error } = useLoaded<Told<readonly WriteView[]>>("writes", INTERVAL_MS);
  const query = route.value.query.get("q") ?? "";
  return (
    <>
      <div class="page-head">
        <h1>Writes</h1>
        <p class="quiet">The last remote-write requests, newest first. One batch of messages is one request.</p>
      </div>
      {value?.known && (
        <Filter
          label="Filter the writes"
          placeholder="a status such as 400, or words of the receiver"
          value={query}
          onChange={(q) => go(withQuery({ q: q === "" ? undefined : q }))}
        />
      )}
      {error && !value && <Empty title={error.message} mood="bad" />}
      {value && !value.known && <Missing why={value.why} />}
      {value?.known && <Writes writes={value.value} query={query} />}
    </>
  );
}

function Writes({ writes, query }: { readonly writes: readonly WriteView[]; readonly query: string }): JSX.Element {
  const word = query.toLowerCase();
  const matching = writes.filter(({ status, detail }) => `${status ?? "none"} ${detail}`.toLowerCase().includes(word));
  if (matching.length === 0) {
    return writes.length === 0 ? (
      <Empty title="Nothing was written yet">
        Healthy looks like this: a row for each batch, its status 200, its duration some milliseconds.
      </Empty>
    ) : (
      <Empty title="No write matches the filter" />
    );
  }
  const slowest = Math.max(...matching.map(({ durationMs }) => durationMs));
  return (
    <Table
      heads={["Time", "Status", "Series", "Samples", "Bytes", "Duration", "The receiver's words"]}
      numbers={["Series", "Samples", "Bytes", "Duration"]}
      kind="spaced"
    >
      {matching.map((write, i) => (
        <tr key={`${i} ${write.atMs}`}>
          <td class="nowrap">
            <When atMs={write.atMs} as="time" />
          </td>
          <td class="nowrap">
            <Sign mood={moodOf(write.status)} /> {write.status ?? "no answer"}
          </td>
          <td class="number">{whole(write.series)}</td>
          <td class="number">{whole(write.samples)}</td>
          <td class="number nowrap">{write.bytes === undefined ? "–" : bytes(write.bytes)}</td>
          <td class="number nowrap">
            <span class="duration">
              <meter min={0} max={slowest} value={write.durationMs} aria-hidden="true" />
              <span>{milliseconds(write.durationMs)}</span>
            </span>
          </td>
          <td class="words">{write.detail}</td>
        </tr>
      ))}
    </Table>
  );
}

function moodOf(status: number | undefined): Mood {
  if (status === undefined || status >= 500) return "bad";
  return status < 300 ? "good" : "warn";
}

function milliseconds(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : duration(ms);
}
