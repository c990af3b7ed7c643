import type { Settings } from "../../../stacks/settings.ts";

/** A workspace that is there, and neither intake nor CloudFront. */
export function settings(): Settings {
  return { workspace: { existing: "ws-existing", metrics: {} }, ingest: {}, observe: {} };
}
