/**
 * The body of one request. A call carries 1 MiB of messages; JSON at most triples them (a client that escapes all that
 * is not ASCII), names and ids come on top.
 */
export const MAX_REQUEST_BYTES: number = 4 * 1024 * 1024;

/** Receives waiting at the same time; each holds a connection. */
export const MAX_LONG_POLLS = 1000;

/** The longest a Node timer can wait. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;
