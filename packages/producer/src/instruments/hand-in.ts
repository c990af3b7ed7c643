import { setImmediate } from "node:timers/promises";
import type { Kind, Late } from "@penstock/model";
import type { Producer } from "../producer.ts";
import type { Instrument, Taken } from "./instrument.ts";

/** Between two turns of the event loop: about ten microseconds each, so that no request waits longer than a few ms. */
const PORTION_SAMPLES = 500;

/** Samples that the producer had no room for; they are back in their instruments. Counts up as it happens. */
export interface TurnedAway {
  samples: number;
}

/**
 * Hands over what instruments hold, in portions, so that a service with many series goes on serving between them. Never
 * rejects, and does not wait for the producer: what stands at its door is on its way.
 */
export async function handIn(
  instruments: readonly Instrument[],
  producer: Producer,
  timestampMs: number,
  late: Late,
): Promise<TurnedAway> {
  const turnedAway = { samples: 0 };
  const send = async (portion: readonly Taken[], kind: Kind): Promise<void> => {
    const series = portion.flatMap(({ samples }) => samples);
    const { refused } = await producer.send(series, { kind, late: kind === "delta" ? late : "reject" });
    // All of it or nothing: what a single series could be refused for was checked when it was recorded.
    if (!refused.some(({ reason }) => reason === "producer_full" || reason === "producer_closed")) return;
    for (const taken of portion) taken.giveBack();
    turnedAway.samples += series.length;
  };
  for (const kind of ["delta", "gauge"] as const) {
    const taken = instruments.filter((one) => one.kind === kind).flatMap((one) => one.take(timestampMs));
    for (const [i, portion] of portions(taken).entries()) {
      if (i > 0) await setImmediate();
      void send(portion, kind);
    }
  }
  return turnedAway;
}

/** Label sets are not split: what is given back is a whole one. */
function portions(all: readonly Taken[]): Taken[][] {
  const portions: Taken[][] = [];
  let room = 0;
  for (const taken of all) {
    if (room <= 0) {
      portions.push([]);
      room = PORTION_SAMPLES;
    }
    portions.at(-1)!.push(taken);
    room -= taken.samples.length;
  }
  return portions;
}
