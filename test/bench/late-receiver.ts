import { AMP_RULES, LocalReceiver, startReceiverServer } from "@penstock/local";

/** The local receiver with AMP's rules and no window, in a process of its own. Tells its port. */
const receiver = new LocalReceiver({ now: Date.now, rules: { ...AMP_RULES, engine: "cortex", outOfOrderWindowMs: 0 } });
const { port } = await startReceiverServer({ receiver });
process.send?.({ port });
