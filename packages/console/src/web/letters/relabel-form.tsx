import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RelabelRule, RelabelTrial } from "../../api.ts";
import { post } from "../call.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Failed } from "../parts/state.tsx";
import { newStep, type Step } from "./relabel.ts";

const WHATS: readonly (readonly [Step["what"], string])[] = [
  ["rename", "Rename"],
  ["set", "Set"],
  ["drop", "Take away"],
  ["rule", "Rule (JSON)"],
];

/** Changes of labels, one under the other. */
export function RelabelForm(props: {
  readonly steps: readonly Step[];
  readonly onChange: (steps: readonly Step[]) => void;
}): JSX.Element {
  const { steps, onChange } = props;
  const change = (at: number, some: Partial<Step>): void => {
    onChange(steps.map((step, i) => (i === at ? { ...step, ...some } : step)));
  };
  return (
    <div class="relabel">
      {steps.map((step, i) => (
        <div class="relabel-step" key={step.id}>
          <select
            aria-label="What to do"
            value={step.what}
            onChange={(event) => change(i, { what: event.currentTarget.value as Step["what"] })}
          >
            {WHATS.map(([what, name]) => (
              <option key={what} value={what}>
                {name}
              </option>
            ))}
          </select>
          <input
            type="text"
            aria-label={step.what === "rule" ? "The rule" : "The label"}
            placeholder={step.what === "rule" ? '{"action":"labelkeep","regex":"__name__|job"}' : "label"}
            value={step.label}
            onInput={(event) => change(i, { label: event.currentTarget.value })}
          />
          {(step.what === "rename" || step.what === "set") && (
            <>
              <span>to</span>
              <input
                type="text"
                aria-label={step.what === "rename" ? "The new name" : "The value"}
                placeholder={step.what === "rename" ? "new name" : "value"}
                value={step.to}
                onInput={(event) => change(i, { to: event.currentTarget.value })}
              />
            </>
          )}
          <button
            type="button"
            class="icon"
            aria-label="Remove"
            onClick={() => onChange(steps.filter((_, j) => j !== i))}
          >
            ×
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...steps, newStep()])}>
        Change a label
      </button>
    </div>
  );
}

const PAUSE_MS = 250;

/** How the rules change a few of the series that are chosen. */
export function Trials(props: {
  readonly selector: string;
  readonly rules: readonly RelabelRule[];
}): JSX.Element | null {
  const [trials, setTrials] = useState<readonly RelabelTrial[]>([]);
  const [error, setError] = useState<string | undefined>(undefined);
  const body = JSON.stringify({ selector: props.selector, relabel: props.rules });
  useEffect(() => {
    let isCurrent = true;
    const show = (some: readonly RelabelTrial[], trouble?: string): void => {
      // An answer may come after that to a later question.
      if (!isCurrent) return;
      setTrials(some);
      setError(trouble);
    };
    const timer = setTimeout(() => {
      post<RelabelTrial[]>("relabel", JSON.parse(body)).then(show, (reason: Error) => show([], reason.message));
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [body]);
  if (error !== undefined) return <Failed why={error} />;
  if (props.rules.length === 0 || trials.length === 0) return null;
  return (
    <table class="data trials">
      <tbody>
        {trials.map(({ before, after }) => (
          <tr key={before}>
            <td>
              <SeriesKey series={before} />
            </td>
            <td class="becomes" aria-label="becomes">
              →
            </td>
            <td>{before === after ? <span class="quiet">unchanged</span> : <SeriesKey series={after} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
