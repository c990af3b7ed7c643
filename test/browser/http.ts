import { request } from "node:http";
import type { Console } from "@penstock/console";
import type { Job } from "../../packages/console/src/api.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface CallOptions {
  readonly method?: string;
  /** `undefined` leaves out one that the page would send. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** A request as it stands: unlike `fetch` it takes any Host, and any path without tidying it. */
export function call(served: Console, path: string, options: CallOptions = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const given = Object.entries({ "content-type": text === undefined ? undefined : "application/json", ...headers });
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: "127.0.0.1",
        port: served.port,
        path,
        method,
        headers: Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, string>,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(text);
  });
}

/** The token, as the page has it. */
export async function tokenOf(served: Console): Promise<string> {
  return /name="penstock-token" content="([^"]+)"/.exec((await call(served, "/")).text)![1]!;
}

/** What the page does: asks with the token, from its own origin. Rejects with what the console says. */
export class PageClient {
  readonly #served: Console;
  readonly #token: string;

  constructor(served: Console, token: string) {
    this.#served = served;
    this.#token = token;
  }

  static async open(served: Console): Promise<PageClient> {
    return new PageClient(served, await tokenOf(served));
  }

  get headers(): Record<string, string> {
    return { "x-penstock-token": this.#token, origin: new URL(this.#served.url).origin };
  }

  async get<T>(path: string): Promise<T> {
    return this.#read(await call(this.#served, `/api/${path}`, { headers: this.headers }));
  }

  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#read(await call(this.#served, `/api/${path}`, { method: "POST", headers: this.headers, body }));
  }

  /** Starts a job and follows it to its end. */
  async run(path: string, body: unknown): Promise<Job> {
    let job = await this.post<Job>(path, body);
    while (job.state === "running") {
      await new Promise((resolve) => setTimeout(resolve, 20));
      job = await this.get<Job>(`jobs/${job.id}`);
    }
    return job;
  }

  #read<T>({ status, text }: Answer): T {
    const answer = JSON.parse(text) as T & { error?: string };
    if (status >= 300) throw new Error(`${status}: ${answer.error}`);
    return answer;
  }
}
