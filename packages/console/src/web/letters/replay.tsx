import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, Reach } from "../../api.ts";
import { count, whole } from "../format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Sign } from "../parts/state.tsx";
import { settings } from "../settings.ts";
import { inOtherHands, running } from "./desk.ts";
import { useJob } from "./job.ts";
import { JobBar } from "./look.tsx";
import { Outcome, Unreported } from "./outcome.tsx";
import { type Choices, ReplayForm } from "./replay-form.tsx";

/** Sends letters back: first what to change, then what would happen, then it happens. */
export function ReplayDialog(props: {
  readonly selector: string;
  readonly reach: Reach;
  readonly onClose: () => void;
}): JSX.Element {
  const { job, error, start } = useJob(running("replay"));
  const { selector = props.selector } = job?.replay?.plan ?? {};
  const others = inOtherHands(job);
  const [isEdited, setEdited] = useState(false);
  const preview = (choices: Choices): void => {
    setEdited(false);
    start("preview/replay", { selector, reach: props.reach, ...choices });
  };
  const isOver = job?.kind === "replay" && job.state !== "running";
  return (
    <Dialog title="Replay" onClose={props.onClose} wide>
      <p>
        Sends back what matches <code>{selector === "" ? "{}" : selector}</code>. A letter goes whole, and is deleted
        here only after it is queued there. Sent back unchanged it keeps its id, so nothing is stored twice.
      </p>
      {job?.kind !== "replay" && (
        <ReplayForm
          selector={selector}
          isPreviewed={job !== undefined && !isEdited}
          isBusy={job?.state === "running" || others !== undefined}
          onEdit={() => setEdited(true)}
          onPreview={preview}
        />
      )}
      {others && <JobBar job={others} />}
      {error !== undefined && <Failed why={error} />}
      {job && !isEdited && (
        <ReplayOutcome job={job} onConfirm={(letters) => start(`jobs/${job.id}/confirm`, { letters })} />
      )}
      {isOver && (
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
export function ReplayOutcome(props: {
  readonly job: Job;
  readonly onConfirm?: (letters: number) => void;
}): JSX.Element {
  const { job, onConfirm } = props;
  const report = job.replay?.report;
  if (!report) return <Unreported job={job} />;
  const isPreview = job.kind === "preview-replay";
  const { replayed, matched, samples, companions, covered, kept, hopeless, sweep, trouble } = report;
  const isBlind = isPreview && job.replay?.plan.reach === "front" && sweep.hidden > 0;
  return (
    <Outcome
      job={job}
      report={report}
      isTroubled={trouble !== undefined}
      lead={
        <>
          {isPreview ? "Would send back" : job.state === "cancelled" ? "Cancelled after sending back" : "Sent back"}{" "}
          <b>{count(replayed, "letter")}</b> of {whole(matched)} that match, with <b>{count(samples, "sample")}</b>.
        </>
      }
      next={
        isPreview &&
        onConfirm &&
        (replayed > 0 || isBlind) && (
          <p class="actions">
            <span class="quiet">Nothing was changed yet.</span>
            <button type="button" class="primary" onClick={() => onConfirm(replayed)}>
              {isBlind ? "Replay all that match" : `Replay ${count(replayed, "letter")}`}
            </button>
          </p>
        )
      }
    >
      {companions > 0 && <li>{count(companions, "sample")} of other series go along: a letter goes whole.</li>}
      {covered > 0 && (
        <li>
          {count(covered, "letter")} {isPreview ? "would be" : "were"} deleted without a replay: another letter, which
          goes, holds the same samples.
        </li>
      )}
      {Object.entries(kept).map(([why, letters]) => (
        <li key={why}>
          <Sign mood="warn" /> {count(letters ?? 0, "letter")} {letters === 1 ? "stays" : "stay"}.{" "}
          {settings.value?.unfit[why] ?? "The queue did not take them."}
        </li>
      ))}
      {Object.entries(hopeless).map(([reason, refused]) => (
        <li key={reason}>
          <Sign mood="warn" /> {count(refused, "sample")} would be refused again: <b>{reason}</b>.
        </li>
      ))}
      {trouble !== undefined && <li>The queue did not take everything: {trouble}</li>}
      {isBlind && (
        <li>
          About {whole(sweep.hidden)} letters lie behind others and were not looked at. The replay goes through them
          too, and sends back what matches. To see them first, close this and look behind them.
        </li>
      )}
    </Outcome>
  );
}
