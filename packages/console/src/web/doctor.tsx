import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Check, Job } from "../api.ts";
import { post } from "./call.ts";
import { useLoaded } from "./loading.ts";
import type { Mood } from "./parts/mood.ts";
import { Empty, Failed, Sign } from "./parts/state.tsx";
import { Words } from "./parts/words.tsx";
import { go, route, withQuery } from "./route.ts";

const MOODS: Readonly<Record<Check["status"], Mood>> = { PASS: "good", WARN: "warn", FAIL: "bad", SKIP: "quiet" };

const INTERVAL_MS = 400;
const NOT_FOUND = 404;

/** Looks at everything that a pipeline needs, when asked to. The address names the examination, so that it can be read again. */
export function Doctor(): JSX.Element {
  const id = route.value.query.get("exam");
  const [isOver, setOver] = useState(false);
  const path = id === null ? undefined : `jobs/${encodeURIComponent(id)}`;
  const { value, error } = useLoaded<Job>(path, isOver ? undefined : INTERVAL_MS);
  const [refusal, setRefusal] = useState<string | undefined>(undefined);
  const job = value?.id === id ? value : undefined;
  const isRunning = job?.state === "running";
  const isForgotten = job === undefined && error?.status === NOT_FOUND;
  useEffect(() => setOver(isForgotten || (job !== undefined && !isRunning)), [isForgotten, job, isRunning]);
  const start = (probe: "read" | "write"): void => {
    setRefusal(undefined);
    post<Job>("doctor", { probe }).then(
      (started) => go(withQuery({ exam: started.id })),
      (reason: Error) => setRefusal(reason.message),
    );
  };
  return (
    <section aria-labelledby="doctor">
      <div class="section-head">
        <h2 id="doctor">Doctor</h2>
        <p class="actions">
          <button type="button" disabled={isRunning} onClick={() => start("read")}>
            Look only
          </button>
          <button type="button" class="primary" disabled={isRunning} onClick={() => start("write")}>
            Examine, with a probe
          </button>
        </p>
      </div>
      {refusal !== undefined && <Failed why={refusal} />}
      {isForgotten && <Failed why="This examination is forgotten: the console keeps the last ones, until it ends." />}
      {job ? (
        <Checks job={job} />
      ) : (
        <p class="quiet">
          Region, credentials, both queues and their redrive, permissions, the clock, the workspace. The probe writes
          three samples of <code>penstock_probe</code> to the receiver, to see that what was just written can be read at
          once.
        </p>
      )}
    </section>
  );
}

function Checks({ job }: { readonly job: Job }): JSX.Element {
  const checks = job.checks ?? [];
  const of = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  return (
    <>
      <p class="checks-sum" role="status">
        {job.state === "running" ? "Looking …" : "Done."} {of("PASS")} passed, {of("WARN")} warned, {of("FAIL")} failed,{" "}
        {of("SKIP")} skipped.
      </p>
      {job.error !== undefined && <Empty title={job.error} mood="bad" />}
      <table class="data checks">
        <tbody>
          {checks.map((check) => (
            <tr key={check.id}>
              <td class="nowrap">
                <Sign mood={MOODS[check.status]} /> {check.status}
              </td>
              <th scope="row">
                {check.title}
                <small>{check.id}</small>
              </th>
              <td>
                <Words>{check.seen}</Words>
                {check.cure !== undefined && (
                  <p class="cure">
                    <Words>{check.cure}</Words>
                  </p>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
