import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Failed } from "./state.tsx";

/** A line of text that chooses; it counts when Enter is pressed. `/` leads here. */
export function Filter(props: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error?: string | undefined;
}): JSX.Element {
  const [text, setText] = useState(props.value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(props.value), [props.value]);
  const clear = (): void => {
    setText("");
    input.current?.focus();
    if (props.value !== "") props.onChange("");
  };
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
            ref={input}
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
          {text === "" ? (
            <kbd>/</kbd>
          ) : (
            <button type="button" class="icon" onClick={clear} aria-label="Clear the filter">
              ×
            </button>
          )}
        </div>
        {props.error !== undefined && <Failed why={props.error} />}
      </form>
    </search>
  );
}
