// A child process that runs a handler as Lambda would: imports it once, then answers one event after the other.
import { once } from "node:events";
import { registerHooks } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const [file, exportName] = process.argv.slice(2);

// A function's zip is all that it has. Here some node_modules may lie above the bundle, and hide that something is missing.
const zip = pathToFileURL(`${dirname(file!)}/`).href;
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const isOurs = resolved.url.startsWith(zip) || !resolved.url.startsWith("file:");
    if (isOurs || !context.parentURL?.startsWith(zip)) return resolved;
    throw Object.assign(new Error(`Cannot find ${specifier}: it is not in the zip`), { code: "ERR_MODULE_NOT_FOUND" });
  },
});

const startedAt = performance.now();
const module = (await import(pathToFileURL(file!).href)) as Record<
  string,
  (event: unknown, context: unknown) => unknown
>;
process.send!({ importMs: performance.now() - startedAt });
const context = { awsRequestId: "request-1", functionName: "function", getRemainingTimeInMillis: () => 15_000 };
for (;;) {
  const [event] = await once(process, "message");
  process.send!({ answer: await module[exportName!]!(event, context) });
}
