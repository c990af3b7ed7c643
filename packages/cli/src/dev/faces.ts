import { type Console, type FlushBook, startConsole } from "@penstock/console";
import type { IntakeServer } from "@penstock/intake";
import { type Local, onPort } from "@penstock/local";
import { localSources } from "../console/local.ts";
import { startDoors } from "./doors.ts";

/** What people and clients meet of a pipeline. */
export interface Faces {
  readonly doors: IntakeServer;
  readonly console: Console;
  close(): Promise<void>;
}

interface Ports {
  readonly doorsPort: number;
  readonly consolePort: number;
}

/** Opens the intake's doors and the console in front of a pipeline, each on its port or on any free one. */
export async function openFaces(local: Local, book: FlushBook, { doorsPort, consolePort }: Ports): Promise<Faces> {
  const doors = await startDoors(local.queueUrl, doorsPort);
  try {
    const sources = localSources(local, book);
    const console = await onPort(consolePort, (port) => startConsole({ sources, port }));
    return {
      doors,
      console,
      close: async () => {
        await Promise.all([doors.close(), console.close()]);
      },
    };
  } catch (error) {
    await doors.close();
    throw error;
  }
}
