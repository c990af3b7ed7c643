import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Job, Look } from "../../api.ts";
import { whole } from "../format.ts";
import { Filter } from "../parts/filter.tsx";
import { Empty } from "../parts/state.tsx";
import { go, route, withQuery } from "../route.ts";
import { cameSince, desk, deskError, forgetChange, lastChange, watchDesk } from "./desk.ts";
import { LetterDetail } from "./detail.tsx";
import { DropDialog, DropOutcome } from "./drop.tsx";
import { LetterList, useMatching } from "./list.tsx";
import { LookBar } from "./look.tsx";
import { PivotTable } from "./pivot.tsx";
import { ReplayDialog, ReplayOutcome } from "./replay.tsx";
import { matcher } from "./selector.ts";

/** What was refused: why, since when, by whom; and what to do about it. */
export function LettersPage(): JSX.Element {
  useEffect(watchDesk, []);
  const { query } = route.value;
  const selector = query.get("q") ?? "";
  const act = query.get("do");
  const only = query.get("only");
  const chosen = only === null ? selector : `{${matcher("id", only)}}`;
  const state = desk.value;
  const look = state?.look;
  const trouble = state?.figures.known === false ? state.figures.why : deskError.value;
  const closeDialog = (): void => {
    forgetChange();
    go(withQuery({ do: undefined, only: undefined }));
  };
  return (
    <>
      <div class="page-head">
        <h1>Dead letters</h1>
        <p class="quiet">
          Samples that no retry will store, and why. They stay here until they are sent back or dropped.
        </p>
      </div>
      {trouble !== undefined && <Empty title={trouble} mood="bad" />}
      {state && <LookBar desk={state} />}
      {lastChange.value && act === null && <LastChange job={lastChange.value} />}
      {look && (
        <Letters
          look={look}
          hidden={look.sweep.hidden + cameSince(state)}
          selector={selector}
          id={query.get("id") ?? undefined}
        />
      )}
      {look && act === "replay" && <ReplayDialog selector={chosen} reach={look.reach} onClose={closeDialog} />}
      {look && act === "drop" && <DropDialog selector={chosen} reach={look.reach} onClose={closeDialog} />}
    </>
  );
}

/** How a replay or a drop went whose window was closed meanwhile. */
function LastChange({ job }: { readonly job: Job }): JSX.Element {
  return (
    <div class="last-change">
      {job.replay ? <ReplayOutcome job={job} /> : <DropOutcome job={job} />}
      <button type="button" class="icon" onClick={forgetChange} aria-label="Close what was done">
        ×
      </button>
    </div>
  );
}

function Letters(props: {
  readonly look: Look;
  /** Letters that the look has not seen. */
  readonly hidden: number;
  readonly selector: string;
  readonly id: string | undefined;
}): JSX.Element {
  const { look, hidden, selector, id } = props;
  const { value, error, more } = useMatching(selector, look.atMs);
  if (look.letters === 0 && hidden > 0) {
    return (
      <Empty title="No letter could be seen" mood="warn">
        About {whole(hidden)} came since, or are in other hands: another look, or a replay. Look again in a minute.
      </Empty>
    );
  }
  if (look.letters === 0) {
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
            <LetterList list={value} more={more} />
          </>
        )}
      </div>
      {id !== undefined && <LetterDetail id={id} version={look.atMs} />}
    </div>
  );
}
