import type { JSX } from "preact";
import type { Desk, Job, Look } from "../../api.ts";
import { count, whole } from "../format.ts";
import { Sign } from "../parts/state.tsx";
import { When } from "../parts/when.tsx";
import { cameSince, cancelJob, takeLook } from "./desk.ts";

const DOING: Readonly<Record<Job["kind"], string>> = {
  look: "Looking through the letters",
  "preview-replay": "Working out what a replay would do",
  replay: "Replaying",
  "preview-drop": "Working out what a drop would delete",
  drop: "Dropping",
  body: "Looking for the letter",
  doctor: "Examining",
};

/** How the letters that are shown were come by, and how to look again. */
export function LookBar({ desk }: { readonly desk: Desk }): JSX.Element {
  const { busy, look } = desk;
  if (busy) return <JobBar job={busy} />;
  const since = cameSince(desk);
  const mayHide = look !== undefined && (look.sweep.hidden > 0 || look.reach === "all");
  return (
    <div class="look-bar">
      <p>{look ? <LookWords look={look} since={since} /> : "Not looked at yet."}</p>
      <span class="actions">
        <button type="button" class={since === 0 ? "" : "primary"} onClick={() => void takeLook("front")}>
          Look again
        </button>
        {mayHide && (
          <button
            type="button"
            onClick={() => void takeLook("all")}
            title="Letters in the way are queued again at the end of their groups: the same letters, under new SQS message ids"
          >
            Look behind them too
          </button>
        )}
      </span>
    </div>
  );
}

function LookWords({ look, since }: { readonly look: Look; readonly since: number }): JSX.Element {
  const { sweep, reach, outdated, full } = look;
  const hidden =
    reach === "front"
      ? "lie behind others: SQS hands out the ten oldest of a group"
      : "came since, or are in other hands";
  return (
    <>
      {outdated && (
        <>
          <Sign mood="warn" /> Something was sent back or dropped since.{" "}
        </>
      )}
      <b>{count(look.letters, "letter")}</b> seen <When atMs={look.atMs} />
      {sweep.hidden > 0 && sweep.ended === undefined && (
        <>
          ; about <b>{whole(sweep.hidden)}</b> more {hidden}
        </>
      )}
      {(sweep.ended !== undefined || full) && `; the look ended early: ${full ? "memory" : sweep.ended}`}.
      {since !== 0 && !outdated && (
        <>
          {" "}
          <Sign mood="warn" /> About <b>{count(Math.abs(since), "letter")}</b> {since > 0 ? "came" : "went"} since.
        </>
      )}
      {sweep.turned > 0 && ` ${count(sweep.turned, "letter")} in the way went to the end of their groups.`}
      {look.letters > 0 && " Looking raises receive counts; all were given back."}
      {sweep.unreturned > 0 && ` But for ${whole(sweep.unreturned)}, which come back within a minute.`}
    </>
  );
}

export function JobBar({ job }: { readonly job: Job }): JSX.Element {
  const { kind, seen, total, done } = job;
  const isChange = kind === "replay" || kind === "drop";
  return (
    <div class="look-bar running" role="status">
      <p>
        {DOING[kind]}: {whole(seen)}
        {total !== undefined && ` of about ${whole(total)}`} seen
        {isChange && `, ${whole(done)} ${kind === "replay" ? "replayed" : "dropped"}`} …
      </p>
      <progress {...(total !== undefined && total > 0 && { value: Math.min(seen, total), max: total })} />
      <button type="button" onClick={() => cancelJob(job)}>
        Cancel
      </button>
    </div>
  );
}
