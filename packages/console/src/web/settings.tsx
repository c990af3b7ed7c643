import type { JSX } from "preact";
import type { Settings, Told } from "../api.ts";
import { Doctor } from "./doctor.tsx";
import { bytes, duration } from "./format.ts";
import { useLoaded } from "./loading.ts";
import { Empty, Sign } from "./parts/state.tsx";
import { When } from "./parts/when.tsx";
import { Words } from "./parts/words.tsx";

/** What the console is pointed at, how the queues are set, and whether all of it fits together. */
export function SettingsPage(): JSX.Element {
  const { value, error } = useLoaded<Settings>("settings");
  return (
    <>
      <div class="page-head">
        <h1>Settings and doctor</h1>
      </div>
      <Doctor />
      {error && !value && <Empty title={error.message} mood="bad" />}
      {value && (
        <>
          <Places settings={value} />
          <Sources settings={value} />
          <div class="two">
            <Attributes title="The queue" attributes={value.attributes} />
            <Attributes title="The dead-letter queue" attributes={value.deadLetterAttributes} />
          </div>
        </>
      )}
    </>
  );
}

function Places({ settings }: { readonly settings: Settings }): JSX.Element {
  const places = [
    ["Queue", settings.queueUrl],
    ["Dead letters", settings.deadLetterQueueUrl],
    ["Receiver", settings.receiverUrl],
    ["Queried at", settings.queryUrl ?? "as its URL says"],
    ["Looked at", `every ${duration(settings.intervalMs)}`],
    [
      "Console",
      <>
        Node.js {settings.node}, since <When atMs={settings.startedMs} as="time" />, on 127.0.0.1 only
      </>,
    ],
  ] as const;
  return (
    <section aria-labelledby="places">
      <div class="section-head">
        <h2 id="places">Where it looks</h2>
      </div>
      <dl class="fields">
        {places.map(([name, place]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{place}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Sources({ settings }: { readonly settings: Settings }): JSX.Element {
  return (
    <section aria-labelledby="sources">
      <div class="section-head">
        <h2 id="sources">What it can show here</h2>
      </div>
      <ul class="sources">
        {settings.sources.map(({ name, answer }) => (
          <li key={name}>
            <Sign mood={answer.known ? "good" : "quiet"} />
            <div>
              <b>{name}</b>
              <p class="quiet">
                <Words>{answer.known ? answer.value : answer.why}</Words>
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Attributes(props: {
  readonly title: string;
  readonly attributes: Told<Readonly<Record<string, string>>>;
}): JSX.Element {
  const { title, attributes } = props;
  return (
    <section aria-label={title}>
      <div class="section-head">
        <h2>{title}</h2>
      </div>
      {!attributes.known && <Empty title={attributes.why} mood="bad" />}
      {attributes.known && (
        <dl class="fields small named">
          {Object.entries(attributes.value)
            .filter(([name]) => !name.startsWith("Approximate"))
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([name, text]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{attributeWords(name, text)}</dd>
              </div>
            ))}
        </dl>
      )}
    </section>
  );
}

/** SQS counts in seconds. */
function attributeWords(name: string, text: string): JSX.Element | string {
  const ms = Number(text) * 1_000;
  if (!Number.isFinite(ms)) return text;
  if (name.endsWith("Timestamp")) return <When atMs={ms} as="time" />;
  if (name === "MaximumMessageSize") return bytes(Number(text));
  return /(Seconds|Timeout|Period)$/.test(name) ? duration(ms) : text;
}
