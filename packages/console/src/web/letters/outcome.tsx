import type { ComponentChildren, JSX } from "preact";
import type { Job } from "../../api.ts";
import { count, whole } from "../format.ts";
import { Failed, Sign } from "../parts/state.tsx";
import { JobBar } from "./look.tsx";

type Report = NonNullable<NonNullable<Job["replay"] | Job["drop"]>["report"]>;

/**
 * What a replay or a drop came to, or its preview.
 *
 * @param props.lead what was done, or would be
 * @param props.children what else is to be known of it, as items of a list
 * @param props.next what can be done now
 */
export function Outcome(props: {
  readonly job: Job;
  readonly report: Report;
  readonly isTroubled?: boolean;
  readonly lead: ComponentChildren;
  readonly children: ComponentChildren;
  readonly next?: ComponentChildren;
}): JSX.Element {
  const { job, report, isTroubled = false } = props;
  const { ended, hidden, undeleted, unreturned } = report.sweep;
  const isPreview = job.kind.startsWith("preview-");
  const isGood = ended === undefined && undeleted === 0 && !isTroubled;
  return (
    <div class={`outcome ${isPreview ? "" : "final"}`} role="status" data-testid={job.kind}>
      <p class="lead">
        {!isPreview && <Sign mood={isGood ? "good" : "warn"} />} {props.lead}
      </p>
      <ul>
        {props.children}
        {ended === "limit" && <li>It ended early: a run goes through so many letters at most.</li>}
        {undeleted > 0 && <li>{count(undeleted, "letter")} could not be deleted here: run it again.</li>}
        {unreturned > 0 && <li>{count(unreturned, "letter")} in hand will be seen again within a minute.</li>}
        {!isPreview && hidden > 0 && <li>About {whole(hidden)} letters were not reached; look again.</li>}
      </ul>
      {props.next}
    </div>
  );
}

/** A job that has nothing to report: how far it is, or why there is nothing. */
export function Unreported({ job }: { readonly job: Job }): JSX.Element {
  if (job.state === "running") return <JobBar job={job} />;
  if (job.state !== "failed") return <p role="status">Cancelled.</p>;
  const isChange = job.kind === "replay" || job.kind === "drop";
  const before = isChange && job.done > 0 ? ` Before that, ${count(job.done, "letter")} went.` : "";
  return <Failed why={`${job.error}${before}`} />;
}
