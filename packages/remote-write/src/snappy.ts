import { readFile } from "node:fs/promises";

/** Compresses as a block, without framing: what remote write asks for. */
export type Compress = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

let loading: Promise<Compress> | undefined;

/**
 * Snappy in WebAssembly, four times as fast as snappyjs. The native package was measured too: it asks the system for
 * fresh memory at every call, which costs more than the compressing. Where the binary is not to be found, as in a bundle
 * that was made without it, snappyjs does it.
 */
export function loadCompress(): Promise<Compress> {
  // Imported, not required: a bundle has no node_modules to require from.
  loading ??= loadWasm().catch(async () => (await import("snappyjs")).default.compress);
  return loading;
}

async function loadWasm(): Promise<Compress> {
  const { default: init, compress_raw } = (await import("snappy-wasm")) as unknown as SnappyWasm;
  await init(await readWasm());
  return compress_raw;
}

/** What an import brings; the package's types tell of what a require brings. */
interface SnappyWasm {
  readonly default: (binary: Buffer<ArrayBuffer>) => Promise<unknown>;
  readonly compress_raw: Compress;
}

const WASM_FILE = "snappy_bg.wasm";

/** A bundle has it beside itself; installed, it is where its package is. */
async function readWasm(): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(new URL(WASM_FILE, import.meta.url));
  } catch {
    return readFile(new URL(WASM_FILE, import.meta.resolve("snappy-wasm")));
  }
}
