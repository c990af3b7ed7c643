import { type Benches, run } from "./run.ts";

const BENCHES: Benches = {
  wire: async () => (await import("./wire.ts")).wire,
  consumer: async () => (await import("./consumer.ts")).consumer,
  series: async () => (await import("./series.ts")).series,
  requests: async () => (await import("./requests.ts")).requests,
  money: async () => (await import("./money.ts")).money,
  decode: async () => (await import("./decode.ts")).decode,
  growth: async () => (await import("./growth.ts")).growth,
  start: async () => (await import("./start.ts")).start,
  native: async () => (await import("./native.ts")).native,
};

process.exitCode = await run(process.argv.slice(2), BENCHES, {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
});
