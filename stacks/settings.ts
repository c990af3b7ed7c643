import type { CloudFrontSettings } from "./cloudfront.ts";
import type { IngestSettings } from "./ingest.ts";
import type { IntakeSettings } from "./intake.ts";
import type { ObserveSettings } from "./observe.ts";
import type { WorkspaceSettings } from "./workspace.ts";

/** All that a team chooses. Each part is explained where its stack reads it. */
export interface Settings {
  readonly workspace: WorkspaceSettings;
  readonly ingest: IngestSettings;
  /** Left out: no HTTP doors. */
  readonly intake?: IntakeSettings;
  /** Left out: no metrics from CloudFront's logs. */
  readonly cloudfront?: CloudFrontSettings;
  readonly observe: ObserveSettings;
}

/** The file to edit. A stage may choose differently: `stage` is what `sst deploy --stage` says. */
export function settings(_stage: string): Settings {
  return {
    workspace: { metrics: {} },
    ingest: {},
    observe: {},
  };
}
