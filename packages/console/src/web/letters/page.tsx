import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Look } from "../../api.ts";
import { useLoaded } from "../loading.ts";
import { Filter } from "../parts/filter.tsx";
import { Empty } from "../parts/state.tsx";
import { go, href, route, withQuery } from "../route.ts";
import { desk, deskError, watchDesk } from "./desk.ts";
import { LetterDetail } from "./detail.tsx";
import { DropDialog } from "./drop.tsx";
import { LetterList } from "./list.tsx";
import { LookBar } from "./look.tsx";
import { PivotTable } from "./pivot.tsx";
import { ReplayDialog } from "./replay.tsx";
import { matcher } from "./selector.ts";

/** What was refused: why, since when, by whom; and what to do about it. */
export function LettersPage(): JSX.Element {
  useEffect(watchDesk, []);
  const { query } = route.value;
  const selector = query.get("q") ?? "";
  const state = desk.value;
  const look = state?.look;
  return (
    <>
      <div class="page-head">
        <h1>Dead letters</h1>
        <p class="quiet">
          Samples that no retry will store, and why. They stay here until they are sent back or dropped.
        </p>
      </div>
      {state && !state.figures.known && <Empty title={state.figures.why} mood="bad" />}
      {deskError.value !== undefined && <Empty title={deskError.value} mood="bad" />}
      {state && <LookBar desk={state} />}
      {look && (
        <Letters
          look={look}
          selector={selector}
          id={query.get("id") ?? undefined}
          act={{ what: query.get("do"), only: query.get("only") ?? undefined }}
        />
      )}
    </>
  );
}

/** What is being done: with what the filter chooses, or with one letter only. */
interface Act {
  readonly what: string | null;
  readonly only: string | undefined;
}

function Letters(props: {
  readonly look: Look;
  readonly selector: string;
  readonly id: string | undefined;
  readonly act: Act;
}): JSX.Element {
  const { look, selector, id, act } = props;
  const { value, error } = useLoaded<{ total: number }>(
    href("letters", { q: selector, limit: "1" }),
    undefined,
    look.atMs,
  );
  const chosen = act.only === undefined ? selector : `{${matcher("id", act.only)}}`;
  const closeDialog = (): void => go(withQuery({ do: undefined, only: undefined }));
  if (look.letters === 0 && look.sweep.hidden === 0) {
    return (
      <Empty title="No dead letters" mood="good">
        Healthy looks like this: every sample that the queue took is stored, or on its way.
      </Empty>
    );
  }
  return (
    <div class={id === undefined ? "" : "with-detail"}>
      <div class="letters-main">
        <div class="filter-row">
          <Filter
            label="Filter the letters by a selector"
            placeholder={'{reason="sample-too-old", __name__=~"http_.*", writer="api"}'}
            value={selector}
            error={error?.message}
            onChange={(q) => go(withQuery({ q: q === "" ? undefined : q, id: undefined }))}
          />
          {value && value.total > 0 && (
            <span class="actions">
              <a class="button primary" href={withQuery({ do: "replay" })}>
                Replay …
              </a>
              <a class="button" href={withQuery({ do: "drop" })}>
                Drop …
              </a>
            </span>
          )}
        </div>
        {error === undefined && value?.total === 0 && <Empty title="No letter that was seen matches the filter" />}
        {error === undefined && value !== undefined && value.total > 0 && (
          <>
            <PivotTable query={selector} version={look.atMs} />
            <LetterList query={selector} version={look.atMs} />
          </>
        )}
      </div>
      {id !== undefined && <LetterDetail id={id} version={look.atMs} />}
      {act.what === "replay" && <ReplayDialog selector={chosen} look={look} onClose={closeDialog} />}
      {act.what === "drop" && <DropDialog selector={chosen} look={look} onClose={closeDialog} />}
    </div>
  );
}
