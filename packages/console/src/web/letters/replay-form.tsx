import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { RelabelRule, ReplayPlan } from "../../api.ts";
import { Failed } from "../parts/state.tsx";
import { rulesOf, type Step } from "./relabel.ts";
import { RelabelForm, Trials } from "./relabel-form.tsx";

/** What a replay is to change, and how fast it goes: what an operator chooses of its plan. */
export type Choices = Pick<ReplayPlan, "restamp" | "unnamed" | "relabel" | "rate">;

/** Asks for the choices; `onEdit` hears of every change after the preview, which says nothing about them. */
export function ReplayForm(props: {
  readonly selector: string;
  readonly isPreviewed: boolean;
  readonly isBusy: boolean;
  readonly onEdit: () => void;
  readonly onPreview: (choices: Choices) => void;
}): JSX.Element {
  const { selector, isPreviewed, isBusy, onEdit, onPreview } = props;
  const [steps, setSteps] = useState<readonly Step[]>([]);
  const [restamp, setRestamp] = useState(false);
  const [unnamed, setUnnamed] = useState(false);
  const [rate, setRate] = useState("");
  const relabel = readRules(steps);
  const edit = (change: () => void): void => {
    change();
    onEdit();
  };
  return (
    <form
      class="plan"
      onSubmit={(event) => {
        event.preventDefault();
        if (typeof relabel === "string") return;
        onPreview({ restamp, unnamed, relabel, ...(rate.trim() !== "" && { rate: Number(rate) }) });
      }}
    >
      <fieldset>
        <legend>Labels</legend>
        <RelabelForm steps={steps} onChange={(next) => edit(() => setSteps(next))} />
        {typeof relabel === "string" ? <Failed why={relabel} /> : <Trials selector={selector} rules={relabel} />}
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
        <button type="submit" class={isPreviewed ? "" : "primary"} disabled={typeof relabel === "string" || isBusy}>
          Preview
        </button>
      </p>
    </form>
  );
}

function readRules(steps: readonly Step[]): readonly RelabelRule[] | string {
  try {
    return rulesOf(steps);
  } catch (error) {
    return `Expected a rule as JSON: ${(error as Error).message}`;
  }
}
