import { startIntakeServer } from "../src/server.ts";
import { TestQueue } from "./intake.ts";

/** The doors in a process of their own. Tells its port, and, asked anything, the most memory it ever held, in bytes. */
const { port } = await startIntakeServer({ queue: new TestQueue().send, firehose: "open", warn: () => {} });
process.on("message", () => process.send!(process.resourceUsage().maxRSS * 1024));
// A test that is cut short does not stop it.
process.on("disconnect", () => process.exit());
process.send!(port);
