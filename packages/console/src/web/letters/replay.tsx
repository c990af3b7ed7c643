import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Job, Look, RelabelRule } from "../../api.ts";
import { count, whole } from "../format.ts";
import { useJob } from "../jobs.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Failed, Sign } from "../parts/state.tsx";
import { settings } from "../settings.ts";
import { takeLook } from "./desk.ts";
import { JobBar } from "./look.tsx";
import { rulesOf, type Step } from "./relabel.ts";
import { RelabelForm, Trials } from "./relabel-form.tsx";

interface ActionProps {
  readonly selector: string;
  readonly look: Look;
  readonly onClose: () => void;
}

/** Sends letters back: first what to change, then what would happen, then it happens. */
export function ReplayDialog({ selector, look, onClose }: ActionProps): JSX.Element {
  const { job, error, start } = useJob();
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
    start("preview/replay", { selector, restamp, unnamed, relabel: rules, ...pace, reach: look.reach });
  };
  const isOver = job?.kind === "replay" && job.state !== "running";
  const close = (): void => {
    if (job?.kind === "replay") void takeLook(look.reach);
    onClose();
  };
  return (
    <Dialog title="Replay" onClose={close} wide>
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
            {typeof rules === "string" ? (
              <p class="field-error">{rules}</p>
            ) : (
              <Trials selector={selector} rules={rules} />
            )}
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
              disabled={typeof rules === "string" || job?.state === "running"}
            >
              Preview
            </button>
          </p>
        </form>
      )}
      {error !== undefined && <Failed why={error} />}
      {job && !isEdited && (
        <Outcome job={job} look={look} onConfirm={(letters) => start(`jobs/${job.id}/confirm`, { letters })} />
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

function readRules(steps: readonly Step[]): readonly RelabelRule[] | string {
  try {
    return rulesOf(steps);
  } catch (error) {
    return `Expected a rule as JSON: ${(error as Error).message}`;
  }
}

function Outcome(props: {
  readonly job: Job;
  readonly look: Look;
  readonly onConfirm: (letters: number) => void;
}): JSX.Element | null {
  const { job, look, onConfirm } = props;
  if (job.state === "running") return <JobBar job={job} />;
  if (job.state === "failed") return <Failed why={job.error} />;
  const report = job.replay?.report;
  if (!report) return <p role="status">Cancelled.</p>;
  const isPreview = job.kind === "preview-replay";
  const isBlind = isPreview && look.reach === "front" && report.sweep.hidden > 0;
  const { replayed, matched, samples, companions, covered, kept, hopeless, sweep, trouble } = report;
  return (
    <div class={`outcome ${isPreview ? "" : "final"}`} role="status" data-testid={job.kind}>
      <p class="lead">
        {!isPreview && <Sign mood={job.state === "cancelled" || trouble !== undefined ? "warn" : "good"} />}{" "}
        {isPreview ? "Would send back" : job.state === "cancelled" ? "Cancelled after sending back" : "Sent back"}{" "}
        <b>{count(replayed, "letter")}</b> of {whole(matched)} that match, with <b>{count(samples, "sample")}</b>.
      </p>
      <ul>
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
        {!isPreview && sweep.hidden > 0 && <li>About {whole(sweep.hidden)} letters were not reached; look again.</li>}
      </ul>
      {isPreview && (replayed > 0 || isBlind) && (
        <p class="actions">
          <span class="quiet">Nothing was changed yet.</span>
          <button type="button" class="primary" onClick={() => onConfirm(replayed)}>
            {isBlind ? "Replay all that match" : `Replay ${count(replayed, "letter")}`}
          </button>
        </p>
      )}
    </div>
  );
}
