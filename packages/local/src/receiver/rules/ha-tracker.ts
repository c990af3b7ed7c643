import type { LabelPairs } from "@penstock/model";
import { labelValue } from "../labels.ts";

/** `ha_cluster_label` and `ha_replica_label` as they come; AMP has no others. */
const CLUSTER_LABEL = "cluster";
const REPLICA_LABEL = "__replica__";

/** `ha_tracker_failover_timeout`: so long without the elected replica, and another takes over. */
const FAILOVER_MS = 30_000;

/** Clusters remembered. AMP's quota is 500 (AMP quotas, an older page). */
const MAX_CLUSTERS = 500;

/** What the tracker makes of a request. */
export type HaVerdict =
  /** Not from a pair of replicas, or from the elected one, whose label goes. */
  | { readonly kind: "take"; readonly labels: (labels: LabelPairs) => LabelPairs }
  | { readonly kind: "drop" | "too many"; readonly words: string };

/** Of several Prometheus servers that send the same series, takes the samples of one (Cortex pkg/ha, `HATracker`). */
export class HaTracker {
  readonly #elected = new Map<string, { readonly replica: string; readonly seenAtMs: number }>();

  /** A request is judged by the labels of its first series. */
  judge(labels: LabelPairs | undefined, nowMs: number): HaVerdict {
    const cluster = labels && labelValue(labels, CLUSTER_LABEL);
    const replica = labels && labelValue(labels, REPLICA_LABEL);
    if (!cluster || !replica) return { kind: "take", labels: keepAll };
    const elected = this.#elected.get(cluster);
    if (!elected && this.#elected.size >= MAX_CLUSTERS) {
      return { kind: "too many", words: `too many HA clusters (limit: ${MAX_CLUSTERS})` };
    }
    if (elected && elected.replica !== replica && nowMs - elected.seenAtMs < FAILOVER_MS) {
      const words = `replicas did not match, rejecting sample: replica=${replica}, elected=${elected.replica}`;
      return { kind: "drop", words };
    }
    this.#elected.set(cluster, { replica, seenAtMs: nowMs });
    return { kind: "take", labels: withoutReplica };
  }
}

function keepAll(labels: LabelPairs): LabelPairs {
  return labels;
}

function withoutReplica(labels: LabelPairs): LabelPairs {
  return labels.filter(([name]) => name !== REPLICA_LABEL);
}
