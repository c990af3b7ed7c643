import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Job, Look } from "../../api.ts";
import { count, whole } from "../format.ts";
import { useJob } from "../jobs.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Sign } from "../parts/state.tsx";
import { takeLook } from "./desk.ts";
import { JobBar } from "./look.tsx";

/** Deletes letters for good: first what it would delete, then it asks for their number. */
export function DropDialog(props: {
  readonly selector: string;
  readonly look: Look;
  readonly onClose: () => void;
}): JSX.Element {
  const { selector, look } = props;
  const { job, error, start } = useJob();
  useEffect(() => start("preview/drop", { selector, reach: look.reach }), [selector]);
  const close = (): void => {
    if (job?.kind === "drop") void takeLook(look.reach);
    props.onClose();
  };
  const isOver = job?.kind === "drop" && job.state !== "running";
  return (
    <Dialog title="Drop" onClose={close}>
      <p>
        Deletes what matches <code>{selector === "" ? "{}" : selector}</code> for good. There is no way back:{" "}
        <code>penstock dlq export</code> keeps a copy.
      </p>
      {error !== undefined && <Failed why={error} />}
      {job && (
        <Outcome
          job={job}
          onCountAll={() => start("preview/drop", { selector, reach: "all" })}
          onConfirm={(letters) => start(`jobs/${job.id}/confirm`, { letters })}
        />
      )}
      {isOver && (
        <p class="actions">
          <button type="button" class="primary" onClick={close}>
            Done
          </button>
        </p>
      )}
    </Dialog>
  );
}

function Outcome(props: {
  readonly job: Job;
  readonly onCountAll: () => void;
  readonly onConfirm: (letters: number) => void;
}): JSX.Element | null {
  const { job } = props;
  if (job.state === "running") return <JobBar job={job} />;
  if (job.state === "failed") return <Failed why={job.error} />;
  const report = job.drop?.report;
  if (!report) return <p role="status">Cancelled.</p>;
  const isPreview = job.kind === "preview-drop";
  const isBlind = isPreview && job.drop?.plan.reach === "front" && report.sweep.hidden > 0;
  return (
    <div class={`outcome ${isPreview ? "" : "final"}`} role="status" data-testid={job.kind}>
      <p class="lead">
        {!isPreview && <Sign mood={job.state === "cancelled" ? "warn" : "good"} />}{" "}
        {isPreview ? "Would delete" : "Deleted"} <b>{count(report.dropped, "letter")}</b>, with{" "}
        <b>{count(report.samples, "sample")}</b>.
      </p>
      <ul>
        {report.mixed > 0 && (
          <li>
            {count(report.mixed, "letter")} {report.mixed === 1 ? "stays" : "stay"}: some of their series match and
            others do not.
          </li>
        )}
        {isBlind && (
          <li>
            <Sign mood="warn" /> About {whole(report.sweep.hidden)} letters lie behind others and were not counted. A
            drop goes through all of them, so all must be counted first; letters in the way go to the end of their
            groups.
          </li>
        )}
      </ul>
      {isBlind && (
        <p class="actions">
          <button type="button" class="primary" onClick={props.onCountAll}>
            Count them all
          </button>
        </p>
      )}
      {isPreview && !isBlind && report.dropped > 0 && <Confirm letters={report.dropped} onConfirm={props.onConfirm} />}
    </div>
  );
}

function Confirm(props: { readonly letters: number; readonly onConfirm: (letters: number) => void }): JSX.Element {
  const [text, setText] = useState("");
  const isSame = text.trim() === String(props.letters);
  return (
    <form
      class="actions confirm"
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
