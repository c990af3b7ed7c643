import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { LetterDigest, ListView } from "../../api.ts";
import { count, whole } from "../format.ts";
import { isField } from "../keys.ts";
import { type Loaded, useLoaded } from "../loading.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { ReasonWord } from "../parts/words.tsx";
import { go, href, route, withQuery } from "../route.ts";

const PAGE = 100;
/** Letters drawn at once: what is further is found by the filter. */
const MAX_SHOWN = 200;

/** The letters that match; `more` asks for further ones, while there are such to be shown. */
export interface Matching extends Loaded<ListView> {
  readonly more: (() => void) | undefined;
}

export function useMatching(selector: string, version: unknown): Matching {
  const [limit, setLimit] = useState(PAGE);
  useEffect(() => setLimit(PAGE), [selector]);
  const loaded = useLoaded<ListView>(href("letters", { q: selector, limit: String(limit) }), undefined, version);
  return { ...loaded, more: limit < MAX_SHOWN ? () => setLimit(MAX_SHOWN) : undefined };
}

/** The letters that match, those that died last first. `j` and `k` go from one to the next. */
export function LetterList({ list, more }: { readonly list: ListView } & Pick<Matching, "more">): JSX.Element {
  const { letters, total } = list;
  useEffect(() => listenForSteps(letters), [letters]);
  return (
    <section aria-labelledby="letters">
      <div class="section-head">
        <h2 id="letters">{count(total, "letter")}</h2>
      </div>
      <Rows letters={letters} />
      {letters.length < total && (
        <p class="more">
          {more ? (
            <button type="button" onClick={more}>
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

function Rows({ letters }: { readonly letters: readonly LetterDigest[] }): JSX.Element {
  const open = route.value.query.get("id");
  return (
    <Table heads={["Died", "Reason", "Series", "Samples", "Writer", "Group"]} numbers={["Samples"]} kind="letters">
      {letters.map((letter) => (
        <tr key={letter.id} aria-selected={letter.id === open}>
          <td class="nowrap">
            <a class="row-link" href={withQuery({ id: letter.id })} data-letter={letter.id}>
              <When atMs={letter.diedAtMs} />
            </a>
          </td>
          <td class="reason-cell">
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
          <td class="writer">
            {letter.writer === undefined ? (
              <span class="quiet">none</span>
            ) : (
              <span class="short" title={letter.writer}>
                {letter.writer}
              </span>
            )}
          </td>
          <td>{letter.group}</td>
        </tr>
      ))}
    </Table>
  );
}

function listenForSteps(letters: readonly LetterDigest[]): () => void {
  const listen = (event: KeyboardEvent): void => {
    const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    if (step === 0 || isField(event.target) || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]"))
      return;
    const at = letters.findIndex(({ id }) => id === route.value.query.get("id"));
    const next = letters[at === -1 ? 0 : at + step];
    if (!next) return;
    go(withQuery({ id: next.id }));
    rowOf(next.id)?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** The link in the list to a letter. */
export function rowOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-letter="${CSS.escape(id)}"]`);
}
