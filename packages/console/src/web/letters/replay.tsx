import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, Reach, RelabelRule } from "../../api.ts";
import { count, whole } from "../format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Sign } from "../parts/state.tsx";
import { settings } from "../settings.ts";
import { inOtherHands, running } from "./desk.ts";
import { useJob } from "./job.ts";
import { JobBar } from "./look.tsx";
import { Outcome, Unreported } from "./outcome.tsx";
import { rulesOf, type Step } from "./relabel.ts";
import { RelabelForm, Trials } from "./relabel-form.tsx";

/** Sends letters back: first what to change, then what would happen, then it happens. */
export function ReplayDialog(props: {
  readonly selector: string;
  readonly reach: Reach;
  readonly onClose: () => void;
}): JSX.Element {
  const { job, error, start } = useJob(running("replay"));
  const { selector = props.selector } = job?.replay?.plan ?? {};
  const others = inOtherHands(job);
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [restamp, setRestamp] = useState(false);
  const [unnamed, setUnnamed] = useState(false);
  const [rate, setRate] = useState("");
  const [isEdited, setEdited] = useState(false);
  const rules = readRules(steps);
  const edit = (change: () => void): void => {
    change();
    setEdited(true);
  };
  const preview = (): void => {
    setEdited(false);
    const pace = rate.trim() === "" ? {} : { rate: Number(rate) };
    start("preview/replay", { selector, restamp, unnamed, relabel: rules, ...pace, reach: props.reach });
  };
  const isOver = job?.kind === "replay" && job.state !== "running";
  return (
    <Dialog title="Replay" onClose={props.onClose} wide>
      <p>
        Sends back what matches <code>{selector === "" ? "{}" : selector}</code>. A letter goes whole, and is deleted
        here only after it is queued there. Sent back unchanged it keeps its id, so nothing is stored twice.
      </p>
      {job?.kind !== "replay" && (
        <form
          class="plan"
          onSubmit={(event) => {
            event.preventDefault();
            preview();
          }}
        >
          <fieldset>
            <legend>Labels</legend>
            <RelabelForm steps={steps} onChange={(next) => edit(() => setSteps(next))} />
            {typeof rules === "string" ? <Failed why={rules} /> : <Trials selector={selector} rules={rules} />}
          </fieldset>
          <fieldset>
            <legend>Times and pace</legend>
            <label class="check">
              <input type="checkbox" checked={restamp} onChange={() => edit(() => setRestamp(!restamp))} />
              Restamp: store what is too old at the time of the replay
            </label>
            <label class="check">
              <input type="checkbox" checked={unnamed} onChange={() => edit(() => setUnnamed(!unnamed))} />
              Also whole messages without id: what is stored of them is stored again
            </label>
            <label class="select">
              Letters a second
              <input
                type="text"
                inputMode="numeric"
                pattern="[1-9][0-9]{0,3}"
                size={18}
                placeholder="as fast as it goes"
                value={rate}
                onInput={(event) => edit(() => setRate(event.currentTarget.value))}
              />
            </label>
          </fieldset>
          <p class="actions">
            <button
              type="submit"
              class={job && !isEdited ? "" : "primary"}
              disabled={typeof rules === "string" || job?.state === "running" || others !== undefined}
            >
              Preview
            </button>
          </p>
        </form>
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

function readRules(steps: readonly Step[]): readonly RelabelRule[] | string {
  try {
    return rulesOf(steps);
  } catch (error) {
    return `Expected a rule as JSON: ${(error as Error).message}`;
  }
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
