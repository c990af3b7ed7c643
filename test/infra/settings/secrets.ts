import type { Settings } from "../../../stacks/settings.ts";

/** An intake that is open to the internet and asks for a secret. */
export function settings(): Settings {
  return {
    workspace: { metrics: {} },
    ingest: {},
    intake: { secrets: { bearerSha256: "ab".repeat(32) } },
    observe: {},
  };
}
