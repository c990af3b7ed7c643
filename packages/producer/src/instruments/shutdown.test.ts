import { expect, test, vi } from "vitest";
import type { FlushResult } from "../producer.ts";
import { closeOnSignal } from "./shutdown.ts";

test("of two that close at one signal, the process ends when both have closed", async () => {
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const slow = Promise.withResolvers<FlushResult>();
  const sent: FlushResult = { sent: 1, unsent: 0, lost: 0 };
  closeOnSignal({ close: async () => sent }, "SIGHUP");
  closeOnSignal({ close: () => slow.promise }, "SIGHUP");
  process.emit("SIGHUP");
  await new Promise((resolve) => setImmediate(resolve));
  expect(kill).not.toHaveBeenCalled();
  slow.resolve(sent);
  await vi.waitFor(() => expect(kill).toHaveBeenCalledWith(process.pid, "SIGHUP"));
});
