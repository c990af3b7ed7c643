import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../call.ts";
import { whole } from "../format.ts";
import { Failed } from "../parts/state.tsx";

/** What the message says, as it stands in the queue. It may hold anything, so it is shown only when asked for. */
export function Body({ id }: { readonly id: string }): JSX.Element {
  const [shown, setShown] = useState<{ readonly body?: string; readonly error?: string } | undefined>(undefined);
  const load = (): void => {
    post<{ body: string }>(`letters/${encodeURIComponent(id)}/body`, {}).then(setShown, (error: Error) =>
      setShown({ error: error.message }),
    );
  };
  return (
    <section>
      <h3>Body</h3>
      {shown === undefined && (
        <p class="quiet">
          Not fetched: it may hold anything.{" "}
          <button type="button" onClick={load}>
            Show the raw body
          </button>
        </p>
      )}
      {shown?.error !== undefined && <Failed why={shown.error} />}
      {shown?.body !== undefined && <pre data-testid="body">{pretty(shown.body)}</pre>}
    </section>
  );
}

/** Characters of a body that are drawn. */
const MAX_BODY = 100_000;

function pretty(body: string): string {
  const text = indented(body);
  return text.length > MAX_BODY
    ? `${text.slice(0, MAX_BODY)}\n… and ${whole(text.length - MAX_BODY)} characters more`
    : text;
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    // Not JSON: as it is.
    return body;
  }
}
