import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Invocation, Outcome } from "./environment.ts";

const ENVIRONMENT = fileURLToPath(import.meta.resolve("./environment.ts"));
const TIMEOUT_MS = 30_000;
/** Of what an environment printed, for the error when it dies. */
const MAX_QUOTED = 2_000;

/** The environment variables of one execution environment; `name` tells it from the others. */
export type Variables = (name: string) => Readonly<Record<string, string>>;

interface Environment {
  readonly name: string;
  readonly child: ChildProcess;
  readonly printed: { text: string };
  /** Rejects when the process ends, whatever ends it. */
  readonly died: Promise<never>;
  busy: boolean;
}

/** The consumer's Lambda function, with an execution environment, that is a process, for each invocation at a time. */
export class LambdaFunction {
  readonly #variables: Variables;
  readonly #environments: Environment[] = [];

  constructor(variables: Variables) {
    this.#variables = variables;
  }

  /** Rejects when the function throws, when its environment cannot start, and when it dies. */
  async invoke(event: SQSEvent): Promise<SQSBatchResponse> {
    const environment = this.#environments.find(({ busy, child }) => !busy && isAlive(child)) ?? this.#start();
    const { child, died } = environment;
    environment.busy = true;
    const invocation: Invocation = { event, requestId: randomUUID(), timeoutMs: TIMEOUT_MS };
    const answered = once(child, "message");
    child.send(invocation);
    const [outcome] = (await Promise.race([answered, died])) as [Outcome];
    environment.busy = false;
    if ("error" in outcome) throw new Error(outcome.error);
    return outcome.response;
  }

  /** Ends an environment at once, in the middle of whatever it does. */
  kill(name: string): void {
    this.#environments.find((environment) => environment.name === name)?.child.kill("SIGKILL");
  }

  /** What all environments printed to their logs, by line. */
  get log(): Record<string, unknown>[] {
    const lines = this.#environments.flatMap(({ printed }) => printed.text.split("\n"));
    return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  async close(): Promise<void> {
    const alive = this.#environments.filter(({ child }) => isAlive(child));
    await Promise.all(
      alive.map(({ child }) => {
        const closed = once(child, "close");
        child.kill("SIGKILL");
        return closed;
      }),
    );
  }

  #start(): Environment {
    const name = String(this.#environments.length + 1);
    const child = fork(ENVIRONMENT, {
      execArgv: ["--conditions=@penstock/source"],
      env: { ...this.#variables(name) },
      silent: true,
    });
    const printed = { text: "" };
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        printed.text += chunk;
      });
    }
    const died = once(child, "close").then((): never => {
      throw new Error(`Environment ${name} exited: ${printed.text.slice(-MAX_QUOTED)}`);
    });
    // One that dies between two invocations is missed by nobody.
    died.catch(() => {});
    const environment = { name, child, printed, died, busy: false };
    this.#environments.push(environment);
    return environment;
  }
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
