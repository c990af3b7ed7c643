import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { LetterView } from "../../api.ts";
import { count, whole } from "../format.ts";
import { isField } from "../keys.ts";
import { useLoaded } from "../loading.ts";
import { SeriesKey } from "../parts/key.tsx";
import { Empty } from "../parts/state.tsx";
import { When } from "../parts/when.tsx";
import { Words } from "../parts/words.tsx";
import { ReasonNotes } from "../reasons.tsx";
import { go, href, withQuery } from "../route.ts";
import { settings } from "../settings.ts";
import { Body } from "./body.tsx";
import { rowOf } from "./list.tsx";
import { Timeline } from "./timeline.tsx";

/** One letter: what it holds, why it was refused, what happened when, what to do. */
export function LetterDetail({ id, version }: { readonly id: string; readonly version: unknown }): JSX.Element {
  const { value, error } = useLoaded<LetterView>(`letters/${encodeURIComponent(id)}`, undefined, version);
  const heading = useRef<HTMLHeadingElement>(null);
  const close = (): void => go(withQuery({ id: undefined }));
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !isField(event.target) && !document.querySelector("dialog[open]")) close();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  // So that the next Tab leads to what can be done with the letter, and not through the rest of the list.
  useEffect(() => {
    heading.current?.focus();
    return () => focusRow(id);
  }, [id]);
  const letter = value?.id === id ? value : undefined;
  return (
    <aside class="detail" aria-label="The letter">
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {letter ? letter.reason : "Letter"}
        </h2>
        <button type="button" class="icon" onClick={close} aria-label="Close the letter">
          ×
        </button>
      </header>
      {!letter && error && <Empty title={error.message} />}
      {letter && <Letter key={letter.id} letter={letter} />}
    </aside>
  );
}

/** Where the focus came from, unless it is somewhere already; after the page is drawn, for it may not be seen before. */
function focusRow(id: string): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) rowOf(id)?.focus();
  });
}

function Letter({ letter }: { readonly letter: LetterView }): JSX.Element {
  const note = settings.value?.reasons[letter.reason];
  return (
    <>
      {note && (
        <p class="lead">
          <Words>{note.meaning}</Words>
        </p>
      )}
      {letter.detail !== "" && (
        <figure class="words">
          <figcaption>
            {letter.status === undefined ? "Why, in words" : `The receiver's words, with ${letter.status}`}
          </figcaption>
          <blockquote data-testid="words">{letter.detail}</blockquote>
        </figure>
      )}
      <p class="actions">
        <a class="button primary" href={withQuery({ do: "replay", only: letter.id })}>
          Replay this letter …
        </a>
        <a class="button" href={withQuery({ do: "drop", only: letter.id })}>
          Drop it …
        </a>
      </p>
      {note && (
        <section>
          <ReasonNotes note={note} />
          <p class="after">
            <a href={href("/reasons", { reason: letter.reason })}>The page of this reason</a>
          </p>
        </section>
      )}
      <Samples letter={letter} />
      <Timeline letter={letter} />
      <Facts letter={letter} />
      <Body id={letter.id} />
    </>
  );
}

function Samples({ letter }: { readonly letter: LetterView }): JSX.Element {
  return (
    <section>
      <h3>{count(letter.samples, "sample")}</h3>
      {letter.isUnreadable && (
        <p class="quiet">The body could not be read. It is shown as it is, below, when asked for.</p>
      )}
      {letter.shown.map((series, i) => (
        <div class="series-block" key={`${i} ${series.key}`}>
          <SeriesKey series={series.key} />
          <table class="points">
            <tbody>
              {series.timestamps.map((atMs, j) => (
                <tr key={`${j} ${atMs}`}>
                  <td class="number">{String(series.values[j])}</td>
                  <td>
                    <When atMs={atMs} as="precise" />
                  </td>
                  <td class="quiet">
                    <When atMs={atMs} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {series.timestamps.length < series.samples && (
            <p class="quiet">
              {whole(series.timestamps.length)} of {count(series.samples, "sample")}
            </p>
          )}
        </div>
      ))}
      {letter.shown.length < letter.seriesCount && (
        <p class="quiet">
          {whole(letter.shown.length)} of {whole(letter.seriesCount)} series
        </p>
      )}
    </section>
  );
}

function Facts({ letter }: { readonly letter: LetterView }): JSX.Element {
  const { lanes, source } = letter;
  const facts: (readonly [string, string | undefined])[] = [
    ["Lanes tried", lanes.length > 0 ? lanes.join(", ") : "none"],
    ["Kind", letter.kind],
    ["When late", letter.late],
    ["Writer", letter.writer],
    ["Group", letter.group],
    ["Status", letter.status === undefined ? undefined : String(letter.status)],
    ["Request", letter.requestId],
    ["Came as", letter.shape === "moved" ? "a whole message, moved by SQS" : "samples, with their reason"],
    [
      "Deliveries",
      `${source ? `${source.receiveCount} in the queue, ` : ""}${letter.receiveCount} here, looks included`,
    ],
    ["Message", letter.name],
    ["Source message", source?.messageId],
    ["Letter", letter.id],
  ];
  return (
    <section>
      <h3>Facts</h3>
      <dl class="fields small">
        {facts
          .filter(([, text]) => text !== undefined && text !== "")
          .map(([name, text]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
