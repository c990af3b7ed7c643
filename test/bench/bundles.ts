import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundling, snappyBinary } from "../../stacks/bundling.ts";
import { bundle } from "../infra/bundle.ts";

const ROOT: string = resolve(import.meta.dirname, "../..");
const CONSUMER = "packages/consumer/src/lambda.handler";
const PRODUCER: string = relative(ROOT, fileURLToPath(new URL("producer-entry.ts", import.meta.url)));

/** One bundle, as SST's CLI would make it of an entry. */
export interface Bundled {
  /** What Lambda imports. */
  readonly file: string;
  /** Read at a cold start. */
  readonly importedBytes: number;
  readonly bytes: number;
}

export interface Bundles {
  readonly consumer: Bundled;
  readonly producer: Bundled;
  /** With the consumer's snappy left out, as from a bundler that was not told of it. */
  readonly withoutBinary: Bundled;
  remove(): Promise<void>;
}

/** Bundles the consumer's handler and a producer, with the options of the stacks. */
export async function makeBundles(): Promise<Bundles> {
  const work = await mkdtemp(join(tmpdir(), "penstock-bundles-"));
  const make = async (functionID: string, handler: string, copyFiles: (typeof snappyBinary)[]): Promise<Bundled> => {
    const input = { functionID, handler, runtime: "nodejs24.x", copyFiles, properties: bundling };
    const { directory, importedBytes, bytes } = await bundle(input, ROOT, work);
    return { file: join(directory, "bundle.mjs"), importedBytes, bytes };
  };
  return {
    consumer: await make("Consumer", CONSUMER, [snappyBinary].map(fromRoot)),
    producer: await make("Producer", PRODUCER, []),
    withoutBinary: await make("WithoutBinary", CONSUMER, []),
    remove: () => rm(work, { recursive: true, force: true }),
  };
}

function fromRoot({ from, to }: typeof snappyBinary): typeof snappyBinary {
  return { from: join(ROOT, from), to };
}
