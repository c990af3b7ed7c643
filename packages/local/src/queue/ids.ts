/**
 * Message ids that are the same at every run of a simulation: UUIDs that count up from 1.
 *
 * A queue that outlives its process's data must not use them: the receiver's ledger knows messages by their ids.
 */
export function sequentialIds(): () => string {
  let last = 0;
  return () => {
    last++;
    return `00000000-0000-4000-8000-${last.toString(16).padStart(12, "0")}`;
  };
}

/** SQS sequence numbers have 20 digits and leave gaps; equal lengths make text order numeric order. */
const GAP = 256;

/** Sequence numbers: text of 20 digits, each greater than the one before. */
export function sequenceNumbers(): () => string {
  let last = 0;
  return () => {
    last += GAP;
    return `188${String(last).padStart(17, "0")}`;
  };
}
