import { pathToFileURL } from "node:url";

/** Imports the file it is given, once, and prints how long that took, in milliseconds of the wall and of the CPU. */
const [file] = process.argv.slice(2);
const before = process.cpuUsage();
const startedAt = performance.now();
await import(pathToFileURL(file!).href);
const wallMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(before);
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1_000 }));
process.exit();
