export type { Report as FlushReport } from "@penstock/consumer";
export { isLoopback, lendCredentials } from "./credentials.ts";
export { receiverPort } from "./port.ts";
export * from "./queue/index.ts";
export * from "./receiver/index.ts";
export {
  LOCAL_DEAD_LETTER_QUEUE,
  LOCAL_QUEUE,
  type Local,
  type LocalOptions,
  onPort,
  startLocal,
} from "./runner.ts";
export { type VirtualOptions, VirtualPipeline } from "./virtual.ts";
