import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Settings } from "../api.ts";
import { matcher } from "./letters/selector.ts";
import { Filter } from "./parts/filter.tsx";
import { Empty } from "./parts/state.tsx";
import { Words } from "./parts/words.tsx";
import { go, href, route, withQuery } from "./route.ts";
import { settings } from "./settings.ts";

/** What a replay can do about a reason, in words. */
const ADVICE: Readonly<Record<string, string>> = {
  "as-is": "As it is, once the cause is gone.",
  restamp: "Restamped: stored at the time of the replay.",
  relabel: "Relabelled: under labels that the receiver takes.",
  edit: "Only with other content: export, edit, import with `penstock dlq`.",
  never: "None helps.",
};

/** Every reason: what it means, where it comes from, what to do. */
export function ReasonsPage(): JSX.Element {
  const { query } = route.value;
  const word = query.get("q") ?? "";
  const reasons = Object.entries(settings.value?.reasons ?? {}).filter(([reason, { meaning }]) =>
    `${reason} ${meaning}`.toLowerCase().includes(word.toLowerCase()),
  );
  return (
    <>
      <div class="page-head">
        <h1>Reasons</h1>
        <p class="quiet">
          Why a sample is refused for good. AMP's and Cortex's own words where they exist, so that a search finds their
          documentation.
        </p>
      </div>
      <Filter
        label="Filter the reasons"
        placeholder="old, label, lane …"
        value={word}
        onChange={(q) => go(withQuery({ q: q === "" ? undefined : q }))}
      />
      {settings.value && reasons.length === 0 && <Empty title="No reason matches the filter" />}
      <div class="reasons">
        {reasons.map(([reason, note]) => (
          <ReasonCard key={reason} reason={reason} note={note} isMeant={query.get("reason") === reason} />
        ))}
      </div>
    </>
  );
}

function ReasonCard(props: {
  readonly reason: string;
  readonly note: Settings["reasons"][string];
  readonly isMeant: boolean;
}): JSX.Element {
  const { reason, note, isMeant } = props;
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (isMeant) element.current?.scrollIntoView({ block: "center" });
  }, [isMeant]);
  return (
    <article ref={element} id={reason} class={isMeant ? "reason meant" : "reason"}>
      <h2>{reason}</h2>
      <p class="reason-meaning">
        <Words>{note.meaning}</Words>
      </p>
      <ReasonNotes note={note} />
      <p class="after">
        <a href={href("/letters", { q: `{${matcher("reason", reason)}}` })}>Letters with this reason</a>
      </p>
    </article>
  );
}

export function ReasonNotes({ note }: { readonly note: Settings["reasons"][string] }): JSX.Element {
  return (
    <dl class="notes">
      <dt>Cause</dt>
      <dd>
        <Words>{note.cause}</Words>
      </dd>
      <dt>Cure</dt>
      <dd>
        <Words>{note.cure}</Words>
      </dd>
      <dt>Replay</dt>
      <dd>
        <Words>{ADVICE[note.replay] ?? note.replay}</Words>
      </dd>
    </dl>
  );
}
