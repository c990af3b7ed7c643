import type { CortexRules, LabelSetLimit, ReceiverRules } from "../../packages/local/src/receiver/index.ts";
import type { Mode, Scenario } from "./transcripts.ts";

const HOUR_MS = 60 * 60_000;
const WINDOW_MS: Readonly<Record<Mode, number>> = { "window-0": 0, "window-1h": HOUR_MS };

/** The tenant of every run; the transcripts' own is masked. */
const TENANT = "tenant";

/**
 * How the Cortex behind a scenario was configured. Transcripts do not say, but for their titles and, of what has no
 * room there, the words of the answers.
 */
export function cortexRules({ name, title, steps }: Scenario, mode: Mode): ReceiverRules {
  const number = (expression: RegExp): number | undefined => {
    const found = expression.exec(title)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const answers = steps.map(({ body }) => body).join("");
  const samplesPerSecond = number(/rate (\d+)\/s/);
  const burst = number(/burst (\d+)/);
  if (name.startsWith("rate-limit") && !(samplesPerSecond && burst)) {
    throw new Error(`Expected the title of ${name} to name rate and burst, got: ${title}`);
  }
  const rejectsOld = title.includes("reject_old_samples") || answers.includes("timestamp too old");
  const rules: Partial<CortexRules> = {
    tenant: TENANT,
    outOfOrderWindowMs: WINDOW_MS[mode],
    maxSeries: number(/max_series_per_user (\d+)/),
    maxSeriesPerMetric: number(/max_series_per_metric (\d+)/),
    maxSeriesPerLabelSet: labelSetLimits(answers),
    ingestionRate: samplesPerSecond && burst ? { samplesPerSecond, burst } : undefined,
    haDedupe: title.includes("accept_ha_samples"),
    rejectOldSamplesMaxAgeMs: rejectsOld ? HOUR_MS : undefined,
    ...(title.includes("max-recv-msg-size=1 MiB") ? { maxRequestBytes: 1024 * 1024 } : {}),
  };
  return { engine: "cortex", ...rules };
}

export function prometheusRules(mode: Mode): ReceiverRules {
  return { engine: "prometheus", outOfOrderWindowMs: WINDOW_MS[mode] };
}

function labelSetLimits(answers: string): LabelSetLimit[] {
  const limits = answers.matchAll(/per-labelset series limit of (\d+) exceeded \(labelSet: \{(.*?)\}/g);
  return [...limits].map(([, maxSeries, labelSet]) => ({
    maxSeries: Number(maxSeries),
    labelSet: Object.fromEntries(
      [...labelSet!.matchAll(/([^=, ]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ),
  }));
}
