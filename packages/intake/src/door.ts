import type { Clock } from "@penstock/model";
import type { Refusal } from "@penstock/producer";
import type { Deliver } from "./delivery.ts";
import type { Limits } from "./limits.ts";
import { Problem } from "./problem.ts";

/** What every door has at hand. */
export interface Surroundings {
  readonly deliver: Deliver;
  readonly limits: Limits;
  readonly clock: Clock;
  /** One sentence for the operator. */
  readonly warn: (sentence: string) => void;
}

/** One protocol: reads a request, has it delivered, and answers by the protocol's own rules. */
export interface Door {
  /**
   * Takes a request.
   *
   * @throws {Problem} when nothing of it was taken
   */
  take(request: Request, surroundings: Surroundings): Promise<Response>;
  /** Says why not, as clients of this protocol understand it. */
  refuse(problem: Problem, request: Request): Response;
}

/** Refusals that one answer names; a client with a million mistakes has made one. */
const MAX_NAMED = 5;

/** The refusals of a request in one text, a line each. */
export function refusalText(refused: readonly Refusal[]): string {
  const lines = refused.slice(0, MAX_NAMED).map(({ reason, detail, samples }) => {
    return `${reason}: ${detail}. ${samples} ${samples === 1 ? "sample" : "samples"} refused.`;
  });
  const more = refused.length - lines.length;
  return [...lines, ...(more > 0 ? [`And ${more} more refusals.`] : [])].join("\n");
}

/** Samples in a list of refusals. */
export function samplesRefused(refused: readonly Refusal[]): number {
  return refused.reduce((sum, { samples }) => sum + samples, 0);
}

/** A UUID has 36 characters. */
const MAX_KEY_LENGTH = 255;

/**
 * What a client calls a request when it wants to send it again safely (IETF draft "The Idempotency-Key HTTP Header
 * Field"), made the door's own; undefined without one.
 *
 * @throws {Problem} 400
 */
export function idempotencyKey(request: Request, door: string): string | undefined {
  const key = request.headers.get("idempotency-key")?.trim();
  if (!key) return undefined;
  if (key.length <= MAX_KEY_LENGTH) return `${door}:${key}`;
  throw new Problem(400, `Expected \`Idempotency-Key\` to be at most ${MAX_KEY_LENGTH} characters, got ${key.length}`);
}
