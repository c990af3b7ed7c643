import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describeWith } from "./require.ts";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 50;
/** Kept of what it logs, for the error when it does not start. */
const MAX_LOG = 4_000;
/** Between our giving a free port back and its taking it, another process may take it. */
const PORT_ATTEMPTS = 3;

export interface PrometheusOptions {
  /** More flags, such as `--query.max-samples=100`. */
  readonly flags?: readonly string[];
  /** `storage.tsdb.out_of_order_time_window`, such as `10m`; none by default. */
  readonly outOfOrderWindow?: string;
  /** More of its configuration, such as `remote_write`, for the `HOST:PORT` where it listens. */
  readonly config?: (address: string) => Readonly<Record<string, unknown>>;
}

export interface Prometheus {
  /** Its base, `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly pid: number;
  /** Ends the process and removes its data. Always to be called: a worker thread of vitest does it for nobody. */
  stop(): Promise<void>;
}

/** A `describe` whose tests need a Prometheus; `describeWith` says what happens where there is none. */
export function describePrometheus(name: string, body: () => void): void {
  describeWith("prometheus", name, body);
}

/** A fresh Prometheus on loopback that takes remote write and scrapes nothing, ready when this resolves. */
export async function startPrometheus(options: PrometheusOptions = {}): Promise<Prometheus> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || !(error as Error).message.includes("address already in use")) throw error;
    }
  }
}

async function startOnce({ flags = [], outOfOrderWindow, config: more }: PrometheusOptions): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), "penstock-prometheus-"));
  const config = join(directory, "prometheus.yml");
  const data = join(directory, "data");
  const storage = { tsdb: { out_of_order_time_window: outOfOrderWindow ?? "0s" } };
  const url = `http://127.0.0.1:${await freePort()}`;
  // JSON is YAML.
  await writeFile(config, JSON.stringify({ scrape_configs: [], storage, ...more?.(new URL(url).host) }));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      `--web.listen-address=${new URL(url).host}`,
      "--web.enable-remote-write-receiver",
      "--log.level=warn",
      ...flags,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await becomesReady(child, url, data);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, pid: child.pid!, stop };
}

async function becomesReady(child: ChildProcess, url: string, data: string): Promise<void> {
  let log = "";
  let ended: string | undefined;
  child.stderr!.on("data", (chunk: Buffer) => {
    log = `${log}${chunk}`.slice(-MAX_LOG);
  });
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("close", (code) => {
    ended ??= `code ${code}: ${log}`;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (ended !== undefined) throw new Error(`Expected Prometheus to start, but it ended with ${ended}`);
    if (await isReady(url, data)) return;
    await sleep(POLL_MS);
  }
  throw new Error(`Expected Prometheus to be ready within ${START_TIMEOUT_MS} ms at ${url}: ${log}`);
}

/** Ready, and the one whose data lies there: on our port somebody else's may be answering. */
async function isReady(url: string, data: string): Promise<boolean> {
  try {
    if (!(await fetch(`${url}/-/ready`)).ok) return false;
    const flags = (await (await fetch(`${url}/api/v1/status/flags`)).json()) as { data: Record<string, string> };
    return flags.data["storage.tsdb.path"] === data;
  } catch {
    // Refused: not yet.
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return address.port;
}
