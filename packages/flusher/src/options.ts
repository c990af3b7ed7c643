import { GROUP_LABEL, type LabelLimits, MAX_LANES, MAX_REQUEST_BYTES, MAX_SAMPLE_AGE_MS } from "@penstock/model";

/** What may be set about a flush. Every bound has a name; the defaults fit AMP. */
export interface FlusherOptions {
  /** Lanes of a series, 1 to 10. */
  readonly lanes: number;
  /** The label that holds the message group, so that a look can select it; "" leaves it out. */
  readonly groupLabel: string;
  /** Older samples are late: rejected or restamped. AMP refuses samples older than an hour. */
  readonly maxAgeMs: number;
  /** How far back a message announced again under its id is recognised by its receipts. */
  readonly lookBackMs: number;
  readonly labelLimits: Partial<LabelLimits>;
  /** Bounds one remote-write request, and one look. */
  readonly requestTimeoutMs: number;
  /** Kept free before the deadline for dead letters and the answer to SQS. */
  readonly settleReserveMs: number;
  /** Of one flush, at some 2 KB of memory each when each is of another series. What does not fit is returned. */
  readonly maxSamples: number;
  readonly maxSamplesPerRequest: number;
  /** Uncompressed: Cortex bounds a request on the wire and unpacked, AMP at 1 MB. */
  readonly maxRequestBytes: number;
  readonly maxRequestsInFlight: number;
  /** Sends of one request that are answered by 429, 5xx or nothing. */
  readonly maxAttempts: number;
  /** Requests of one flush, refusals and halves included. */
  readonly maxRequests: number;
  /** Queries of one flush, halves included. */
  readonly maxLooks: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** Before looking again after a refusal: a receiver may answer 400 while parts of the request still land. */
  readonly lookAgainDelayMs: number;
}

export const DEFAULT_OPTIONS: FlusherOptions = {
  lanes: MAX_LANES,
  groupLabel: GROUP_LABEL,
  maxAgeMs: MAX_SAMPLE_AGE_MS,
  lookBackMs: 24 * 60 * 60_000,
  labelLimits: {},
  requestTimeoutMs: 5_000,
  settleReserveMs: 1_000,
  maxSamples: 100_000,
  maxSamplesPerRequest: 5_000,
  maxRequestBytes: MAX_REQUEST_BYTES,
  maxRequestsInFlight: 4,
  maxAttempts: 3,
  maxRequests: 200,
  maxLooks: 50,
  backoffBaseMs: 100,
  backoffMaxMs: 5_000,
  lookAgainDelayMs: 100,
};

/** The numbers that must be whole and at least this; lanes have their own upper bound. */
const WHOLE_FROM: Partial<Record<keyof FlusherOptions, number>> = {
  lanes: 1,
  maxSamples: 1,
  maxSamplesPerRequest: 1,
  maxRequestBytes: 1,
  maxRequestsInFlight: 1,
  maxAttempts: 1,
  maxRequests: 1,
  maxLooks: 1,
  requestTimeoutMs: 1,
  settleReserveMs: 0,
  maxAgeMs: 1,
  lookBackMs: 0,
  backoffBaseMs: 0,
  backoffMaxMs: 0,
  lookAgainDelayMs: 0,
};

/**
 * Options with their defaults.
 * @throws RangeError naming the option, what was expected and what was given
 */
export function readOptions(options: Partial<FlusherOptions>): FlusherOptions {
  const all = { ...DEFAULT_OPTIONS, ...options };
  for (const [name, least] of Object.entries(WHOLE_FROM)) {
    const value = all[name as keyof FlusherOptions];
    const most = name === "lanes" ? MAX_LANES : Number.MAX_SAFE_INTEGER;
    if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) continue;
    const range = name === "lanes" ? `from ${least} to ${most}` : `of at least ${least}`;
    throw new RangeError(`Expected \`${name}\` to be an integer ${range}, got \`${value}\``);
  }
  if (all.groupLabel !== GROUP_LABEL && all.groupLabel !== "") {
    throw new RangeError(`Expected \`groupLabel\` to be "${GROUP_LABEL}" or "", got \`${all.groupLabel}\``);
  }
  return all;
}
