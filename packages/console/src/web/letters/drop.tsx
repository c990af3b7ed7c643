import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Job, Reach } from "../../api.ts";
import { count, whole } from "../format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Sign } from "../parts/state.tsx";
import { inOtherHands, running } from "./desk.ts";
import { useJob } from "./job.ts";
import { JobBar } from "./look.tsx";
import { Outcome, Unreported } from "./outcome.tsx";

/** Deletes letters for good: first what it would delete, then it asks for their number. */
export function DropDialog(props: {
  readonly selector: string;
  readonly reach: Reach;
  readonly onClose: () => void;
}): JSX.Element {
  const { job, error, start } = useJob(running("drop"));
  const { selector = props.selector } = job?.drop?.plan ?? {};
  const others = inOtherHands(job);
  const preview = (reach: Reach): void => start("preview/drop", { selector, reach });
  const isFree = others === undefined;
  useEffect(() => {
    if (isFree && !job) preview(props.reach);
  }, [isFree]);
  const isOver = job !== undefined && job.state !== "running";
  const hasFailed = error !== undefined || (isOver && job.drop?.report === undefined);
  return (
    <Dialog title="Drop" onClose={props.onClose}>
      <p>
        Deletes what matches <code>{selector === "" ? "{}" : selector}</code> for good. There is no way back:{" "}
        <code>penstock dlq export</code> keeps a copy.
      </p>
      {others && <JobBar job={others} />}
      {error !== undefined && <Failed why={error} />}
      {job && (
        <DropOutcome
          job={job}
          onCountAll={() => preview("all")}
          onConfirm={(letters) => start(`jobs/${job.id}/confirm`, { letters })}
        />
      )}
      {hasFailed && isFree && job?.kind !== "drop" && (
        <p class="actions">
          <button type="button" onClick={() => preview(props.reach)}>
            Count again
          </button>
        </p>
      )}
      {isOver && job.kind === "drop" && (
        <p class="actions">
          <button type="button" class="primary" onClick={props.onClose}>
            Done
          </button>
        </p>
      )}
    </Dialog>
  );
}

/** @param props.onConfirm undefined where nothing can be done any more */
export function DropOutcome(props: {
  readonly job: Job;
  readonly onCountAll?: () => void;
  readonly onConfirm?: (letters: number) => void;
}): JSX.Element {
  const { job, onCountAll, onConfirm } = props;
  const report = job.drop?.report;
  if (!report) return <Unreported job={job} />;
  const { dropped, samples, mixed, sweep } = report;
  const isPreview = job.kind === "preview-drop";
  const isBlind = isPreview && job.drop?.plan.reach === "front" && sweep.hidden > 0;
  return (
    <Outcome
      job={job}
      report={report}
      lead={
        <>
          {isPreview ? "Would delete" : job.state === "cancelled" ? "Cancelled after deleting" : "Deleted"}{" "}
          <b>{count(dropped, "letter")}</b>, with <b>{count(samples, "sample")}</b>.
        </>
      }
      next={
        <>
          {isBlind && onCountAll && (
            <p class="actions">
              <button type="button" class="primary" onClick={onCountAll}>
                Count them all
              </button>
            </p>
          )}
          {isPreview && !isBlind && dropped > 0 && onConfirm && <Confirm letters={dropped} onConfirm={onConfirm} />}
        </>
      }
    >
      {mixed > 0 && (
        <li>
          {count(mixed, "letter")} {mixed === 1 ? "stays" : "stay"}: some of their series match and others do not.
        </li>
      )}
      {isBlind && (
        <li>
          <Sign mood="warn" /> About {whole(sweep.hidden)} letters lie behind others and were not counted. A drop goes
          through all of them, so all must be counted first; letters in the way go to the end of their groups.
        </li>
      )}
    </Outcome>
  );
}

function Confirm(props: { readonly letters: number; readonly onConfirm: (letters: number) => void }): JSX.Element {
  const [text, setText] = useState("");
  const isSame = text.trim() === String(props.letters);
  return (
    <form
      class="actions"
      onSubmit={(event) => {
        event.preventDefault();
        if (isSame) props.onConfirm(props.letters);
      }}
    >
      <label class="select">
        Type {props.letters} to drop them
        <input
          type="text"
          inputMode="numeric"
          size={8}
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="danger" disabled={!isSame}>
        Drop {count(props.letters, "letter")}
      </button>
    </form>
  );
}
