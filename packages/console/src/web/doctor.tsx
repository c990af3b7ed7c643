import type { JSX } from "preact";
import type { Check, Job } from "../api.ts";
import { useJob } from "./jobs.ts";
import type { Mood } from "./parts/mood.ts";
import { Empty, Sign } from "./parts/state.tsx";
import { Words } from "./parts/words.tsx";

const MOODS: Readonly<Record<Check["status"], Mood>> = { PASS: "good", WARN: "warn", FAIL: "bad", SKIP: "quiet" };

/** Looks at everything that a pipeline needs, when asked to. */
export function Doctor(): JSX.Element {
  const { job, error, start } = useJob();
  const isRunning = job?.state === "running";
  return (
    <section aria-labelledby="doctor">
      <div class="section-head">
        <h2 id="doctor">Doctor</h2>
        <p class="actions">
          <button type="button" disabled={isRunning} onClick={() => start("doctor", { probe: "read" })}>
            Look only
          </button>
          <button
            type="button"
            class="primary"
            disabled={isRunning}
            onClick={() => start("doctor", { probe: "write" })}
          >
            Examine, with a probe
          </button>
        </p>
      </div>
      {error !== undefined && <p class="field-error">{error}</p>}
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
