export { receiverPort } from "./port.ts";
export * from "./queue/index.ts";
export * from "./receiver/index.ts";
export { type VirtualOptions, VirtualPipeline } from "./virtual.ts";
