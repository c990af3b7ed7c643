import { type Benches, run } from "./run.ts";

const BENCHES: Benches = {
  wire: {
    what: "series to a compressed remote-write body, beside the library that is used for it",
    load: async () => (await import("./wire.ts")).wire,
  },
  consumer: {
    what: "an SQS event to an accepted write, beside one push of that library for each message",
    load: async () => (await import("./consumer.ts")).consumer,
  },
  series: {
    what: "active series and what is lost or doubled, beside lanes at random and a label for each file",
    load: async () => (await import("./series.ts")).series,
  },
  requests: {
    what: "writes and looks, beside one of each for a batch; points that a look reads, beside those it needs",
    load: async () => (await import("./requests.ts")).requests,
  },
  money: {
    what: "dollars from counted requests and CPU time at list prices, beside AMP's and CloudWatch's",
    load: async () => (await import("./money.ts")).money,
  },
  decode: {
    what: "reading a message, beside JSON.parse alone; signing a body, beside making it",
    load: async () => (await import("./decode.ts")).decode,
  },
  growth: {
    what: "time and memory for a sample at 10 and 100 times the series, and over many invocations, beside fewer",
    load: async () => (await import("./growth.ts")).growth,
  },
  start: {
    what: "the import of the bundles, beside what we allow it; bytes read at a cold start, beside all of them",
    load: async () => (await import("./start.ts")).start,
  },
  native: {
    what: "CPU of the worker, beside a Prometheus that sends the same (needs `prometheus` on the PATH)",
    load: async () => (await import("./native.ts")).native,
  },
};

process.exitCode = await run(process.argv.slice(2), BENCHES, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
