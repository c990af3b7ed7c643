// Runs in the child process of synth.ts, where SST's globals are.
import crypto from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type BuildInput, bundle } from "./bundle.ts";
import type { Bundle, Resource } from "./graph.ts";
import { answerCall, stateOf } from "./mocks.ts";

/**
 * Runs `program` against mocks and writes what it asked for to `outFile`.
 *
 * Components register some resources only when outputs of others have resolved, so the graph is complete when, as under
 * the real engine, the event loop is empty.
 */
export async function record(program: () => Promise<unknown>, outFile: string): Promise<void> {
  // SST ends physical names at random: the same each time, so that two runs compare equal.
  crypto.randomBytes = ((size: number) => Buffer.alloc(size, 7)) as typeof crypto.randomBytes;
  for (const event of ["unhandledRejection", "uncaughtException"]) process.on(event, fail);
  const bundles: Bundle[] = [];
  await startCli(bundles);

  const resources: Resource[] = [];
  const retained = new Set<string>();
  let outputs: unknown;
  process.on("beforeExit", () => {
    const all = resources.map((resource) => ({ ...resource, retainOnDelete: retained.has(keyOf(resource)) }));
    all.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    bundles.sort((a, b) => (a.handler < b.handler ? -1 : 1));
    writeFileSync(outFile, JSON.stringify({ app: $app, outputs, resources: all, bundles }));
    process.exit(0);
  });

  await $util.runtime.setMocks(
    {
      call: ({ token, inputs }) => answerCall(token, inputs),
      newResource: ({ type, name, inputs, id }) => {
        if (!id) resources.push({ type, name, inputs, retainOnDelete: false });
        const state: Record<string, unknown> = { ...inputs, ...stateOf(type, name, inputs) };
        return { id: id || String(state.id ?? `${name}-id`), state };
      },
    },
    $app.name,
    $app.stage,
    false,
  );
  listenForOptions(retained);
  await $util.runtime.runInPulumiStack(async () => {
    const result = await program();
    $util.output(result as object).apply((value) => {
      outputs = value;
    });
    return result;
  });
}

const keyOf = ({ type, name }: { readonly type: string; readonly name: string }): string => `${type} ${name}`;

function fail(error: unknown): never {
  console.error(error);
  process.exit(1);
}

/** The mocks see what a resource is made of; what becomes of it is in the request to the engine. */
function listenForOptions(retained: Set<string>): void {
  type Request = { getType(): string; getName(): string; getRetainondelete(): boolean };
  type Monitor = { registerResource(request: Request, ...rest: unknown[]): unknown };
  const monitor = $util.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...rest) => {
    if (request.getRetainondelete()) retained.add(keyOf({ type: request.getType(), name: request.getName() }));
    return register(request, ...rest);
  };
}

/** Stands in for the SST CLI, which components call by JSON-RPC. */
async function startCli(bundles: Bundle[]): Promise<void> {
  const methods: Record<string, (input: never) => unknown> = {
    "Provider.Aws.Bootstrap": () => ({ asset: "sst-asset", state: "sst-state" }),
    "Runtime.Build": (input: BuildInput) => build(input, bundles),
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method, params } = JSON.parse(body) as { method: string; params: [never] };
    const does = methods[method];
    const answer = does ? { result: await does(params[0]) } : { error: `rpc: can't find ${method}` };
    // An idle connection would hold up the end.
    response.setHeader("connection", "close").end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  server.unref();
  process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As the CLI answers: a failure is a list of errors. */
async function build(input: BuildInput, bundles: Bundle[]): Promise<object> {
  try {
    const built = await bundle(input, $cli.paths.root, $cli.paths.work);
    bundles.push(built);
    return { handler: built.entry, out: built.directory, errors: [], sourcemaps: [] };
  } catch (error) {
    return { errors: [(error as Error).message], sourcemaps: [] };
  }
}
