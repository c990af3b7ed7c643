import { Option } from "commander";
import { durationOption, httpUrl } from "../arguments.ts";
import { DEFAULT_QUEUE_PORT, DEFAULT_RECEIVER_PORT } from "../ports.ts";

/** The queues of `penstock dev`, whose package is not loaded before a command runs. */
const LOCAL = `http://127.0.0.1:${DEFAULT_QUEUE_PORT}/000000000000`;

export function deadLettersOption(): Option {
  return new Option("--dead-letters <url>", "the dead-letter queue")
    .env("PENSTOCK_DEAD_LETTER_QUEUE_URL")
    .default(`${LOCAL}/penstock-dead.fifo`, "that of `penstock dev`")
    .argParser(httpUrl);
}

export function queueOption(): Option {
  return new Option("--queue <url>", "the queue that the consumer reads")
    .env("PENSTOCK_QUEUE_URL")
    .default(`${LOCAL}/penstock.fifo`, "that of `penstock dev`")
    .argParser(httpUrl);
}

/** For commands that cannot do without one. */
export function receiverOption(): Option {
  return anyReceiverOption().default(`http://127.0.0.1:${DEFAULT_RECEIVER_PORT}/`, "that of `penstock dev`");
}

/** For commands that look at a receiver only when they are told of one. */
export function anyReceiverOption(): Option {
  return new Option("--receiver <url>", "the receiver").env("PENSTOCK_RECEIVER_URL").argParser(httpUrl);
}

export function queryOption(): Option {
  return new Option("--query <url>", "where the receiver is queried, when its own URL does not say")
    .env("PENSTOCK_QUERY_URL")
    .argParser(httpUrl);
}

export function sinceOption(): Option {
  return durationOption("--since <duration>", "how far back", "1h");
}
