import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { LetterDigest, ListView } from "../../api.ts";
import { ago, count, whole } from "../format.ts";
import { useLoaded } from "../loading.ts";
import { SeriesKey } from "../parts/key.tsx";
import { ReasonWord } from "../parts/words.tsx";
import { go, href, route, withQuery } from "../route.ts";

const PAGE = 100;
/** Letters drawn at once: what is further is found by the filter. */
const MAX_SHOWN = 200;

/** The letters that match, those that died last first. `j` and `k` go from one to the next. */
export function LetterList({
  query,
  version,
}: {
  readonly query: string;
  readonly version: unknown;
}): JSX.Element | null {
  const [limit, setLimit] = useState(PAGE);
  useEffect(() => setLimit(PAGE), [query]);
  const { value } = useLoaded<ListView>(href("letters", { q: query, limit: String(limit) }), undefined, version);
  const letters = value?.letters ?? [];
  useEffect(() => listenForSteps(letters), [letters]);
  if (!value) return null;
  return (
    <section aria-labelledby="letters">
      <div class="section-head">
        <h2 id="letters">{count(value.total, "letter")}</h2>
      </div>
      {letters.length > 0 && <Table letters={letters} />}
      {letters.length < value.total && (
        <p class="more">
          {limit < MAX_SHOWN ? (
            <button type="button" onClick={() => setLimit(MAX_SHOWN)}>
              Show more
            </button>
          ) : (
            <span class="quiet">
              The last {whole(letters.length)} are shown. Choose a row above, or narrow the filter, to see others.
            </span>
          )}
        </p>
      )}
    </section>
  );
}

function Table({ letters }: { readonly letters: readonly LetterDigest[] }): JSX.Element {
  const nowMs = Date.now();
  const open = route.value.query.get("id");
  return (
    <div class="scroll">
      <table class="data letters">
        <thead>
          <tr>
            <th>Died</th>
            <th>Reason</th>
            <th>Series</th>
            <th class="number">Samples</th>
            <th>Writer</th>
            <th>Group</th>
          </tr>
        </thead>
        <tbody>
          {letters.map((letter) => (
            <tr key={letter.id} aria-selected={letter.id === open}>
              <td class="nowrap">
                <a class="row-link" href={withQuery({ id: letter.id })} data-letter={letter.id}>
                  {ago(letter.diedAtMs, nowMs)}
                </a>
              </td>
              <td>
                <ReasonWord reason={letter.reason} />
              </td>
              <td class="series-cell">
                {letter.series.length === 0 ? (
                  <span class="quiet">unreadable body</span>
                ) : (
                  <SeriesKey series={letter.series[0]!} />
                )}
                {letter.seriesCount > 1 && <small> and {whole(letter.seriesCount - 1)} more</small>}
              </td>
              <td class="number">{whole(letter.samples)}</td>
              <td>{letter.writer ?? <span class="quiet">none</span>}</td>
              <td>{letter.group}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function listenForSteps(letters: readonly LetterDigest[]): () => void {
  const listen = (event: KeyboardEvent): void => {
    const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (step === 0 || isTyping || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const at = letters.findIndex(({ id }) => id === route.value.query.get("id"));
    const next = letters[at === -1 ? 0 : at + step];
    if (!next) return;
    go(withQuery({ id: next.id }));
    document.querySelector<HTMLElement>(`[data-letter="${CSS.escape(next.id)}"]`)?.focus();
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}
