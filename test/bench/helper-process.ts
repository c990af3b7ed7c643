import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface HelperProcess {
  /** Base URL of what it serves. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a script of this folder that prints its port, and ends when we do. */
export async function startHelper(script: string): Promise<HelperProcess> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@penstock/source", file], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const [printed] = (await once(child.stdout!, "data")) as [Buffer];
  return {
    url: `http://127.0.0.1:${printed.toString().trim()}`,
    pid: child.pid!,
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}
