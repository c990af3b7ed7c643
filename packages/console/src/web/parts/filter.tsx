import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A line of text that chooses; it counts when Enter is pressed. `/` leads here. */
export function Filter(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error?: string | undefined;
}): JSX.Element {
  const [text, setText] = useState(props.value);
  useEffect(() => setText(props.value), [props.value]);
  return (
    <search class="filter">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onChange(text.trim());
        }}
      >
        <div class="filter-field">
          <input
            data-filter
            type="text"
            autocomplete="off"
            spellcheck={false}
            aria-label={props.label}
            aria-invalid={props.error !== undefined}
            placeholder={props.placeholder}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          {text === "" ? <kbd>/</kbd> : <Clear onClick={() => props.onChange("")} />}
        </div>
        {props.error !== undefined && (
          <p class="field-error" role="alert">
            {props.error}
          </p>
        )}
      </form>
    </search>
  );
}

function Clear(props: { readonly onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="icon" onClick={props.onClick} aria-label="Clear the filter">
      ×
    </button>
  );
}
