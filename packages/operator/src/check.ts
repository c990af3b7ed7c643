import { type Decoded, decodeMessage, type Reject, tooFarAhead } from "@penstock/model";

/** Something that would be refused. */
export interface Finding extends Reject {
  /** The series' key; empty when there is none. */
  readonly series: string;
  /** The place of the sample in its series; undefined when all of the series, or of the body, is meant. */
  readonly index: number | undefined;
  readonly samples: number;
}

/** What of a message no receiver would take, whenever it comes. Lateness is no finding: a file may be checked later. */
export function findingsIn(body: string, nowMs: number): { readonly samples: number; readonly findings: Finding[] } {
  const decoded: Decoded = decodeMessage(body);
  if (!decoded.ok) return { samples: 1, findings: [{ ...decoded.reject, series: "", index: undefined, samples: 1 }] };
  const findings: Finding[] = [];
  for (const { key, reject, count, timestamps, sampleRejects } of decoded.message.series) {
    if (reject) {
      findings.push({ ...reject, series: key, index: undefined, samples: count });
      continue;
    }
    for (const [index, timestamp] of timestamps.entries()) {
      const refused = sampleRejects.get(index) ?? tooFarAhead(timestamp, nowMs);
      if (refused) findings.push({ ...refused, series: key, index, samples: 1 });
    }
  }
  return { samples: decoded.message.samples, findings };
}
