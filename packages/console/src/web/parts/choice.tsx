import type { JSX } from "preact";

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: Value, name: string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of a few, all of them seen. */
export function Choice<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  return (
    <fieldset class="choice" aria-label={props.label}>
      {props.options.map(([value, name]) => (
        <button key={value} type="button" aria-pressed={value === props.value} onClick={() => props.onChange(value)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}

/** One of some, in a list that opens. */
export function Select<Value extends string>(props: ChoiceProps<Value>): JSX.Element {
  return (
    <label class="select">
      {props.label}
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value as Value)}>
        {props.options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
