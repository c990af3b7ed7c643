import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const HOST = "127.0.0.1";
const UNAVAILABLE = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/**
 * What happens to one request and its answer on the way:
 * - `reset`: both connections are cut, and nothing was passed on;
 * - `half-request`: half of what came first is passed on, then both are cut;
 * - `unavailable`: answered 503, and nothing was passed on;
 * - `stalled-request`, `stalled-answer`: held back so long;
 * - `half-answer`: the server has done it, and half of what it said first arrives;
 * - `answer-lost`: the server has done it, and nothing arrives;
 * - `death-before`, `death-after`: the client is killed as it asks, or as the answer comes.
 */
export type Fault =
  | { readonly kind: "reset" | "half-request" | "unavailable" | "half-answer" | "answer-lost" }
  | { readonly kind: "stalled-request" | "stalled-answer"; readonly ms: number }
  | { readonly kind: "death-before" | "death-after"; readonly kill: () => void };

export interface ProxyOptions {
  /** The port to pass on to; asked for every connection, as a server that starts again has another. */
  readonly upstreamPort: () => number;
  /** Asked for every request, by its first line; undefined lets it through. */
  readonly fault: (requestLine: string) => Fault | undefined;
}

export interface FaultProxy {
  /** Without a slash at the end. */
  readonly url: string;
  /** Stops listening and cuts what is open. */
  close(): Promise<void>;
}

/** A TCP proxy on loopback that breaks what passes through it. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on("close", () => open.delete(client));
    new Carriage(client, options);
  });
  server.listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const client of open) client.destroy();
      await closed;
    },
  };
}

/** One connection and its other half. HTTP/1.1 without pipelining: a request begins when an answer has begun before it. */
class Carriage {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #decide: ProxyOptions["fault"];
  #fault: Fault | undefined;
  #asking = false;
  /** What is held back; undefined when nothing is. */
  #held: { readonly to: Socket; readonly chunks: Buffer[] } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: Socket, { upstreamPort, fault }: ProxyOptions) {
    this.#client = client;
    this.#decide = fault;
    this.#server = connect({ host: HOST, port: upstreamPort() });
    client.on("data", (chunk) => this.#ask(chunk));
    this.#server.on("data", (chunk) => this.#answer(chunk));
    // A client that hangs up takes back what is still held: on a plain connection nothing would arrive after it.
    client.on("close", () => this.#drop());
    client.on("error", () => this.#drop());
    this.#server.on("end", () => client.end());
    this.#server.on("error", () => this.#cut());
  }

  #ask(chunk: Buffer): void {
    const begins = !this.#asking;
    this.#asking = true;
    if (begins) this.#fault = this.#decide(chunk.subarray(0, chunk.indexOf("\r\n")).toString("latin1"));
    if (begins && this.#fault && !strikesAnswers(this.#fault)) this.#strike(this.#fault, chunk, this.#server);
    else this.#pass(this.#server, chunk);
  }

  #answer(chunk: Buffer): void {
    const begins = this.#asking;
    this.#asking = false;
    if (begins && this.#fault && strikesAnswers(this.#fault)) this.#strike(this.#fault, chunk, this.#client);
    else this.#pass(this.#client, chunk);
  }

  /** Does what is to happen to the first chunk of a request or of an answer, which was on its way `to` somewhere. */
  #strike(fault: Fault, chunk: Buffer, to: Socket): void {
    switch (fault.kind) {
      case "death-before":
      case "death-after":
        fault.kill();
        this.#cut();
        return;
      case "reset":
      case "answer-lost":
        this.#cut();
        return;
      case "half-request":
        this.#server.write(chunk.subarray(0, chunk.length / 2), () => this.#cut());
        return;
      case "half-answer":
        this.#client.end(chunk.subarray(0, chunk.length / 2));
        this.#server.destroy();
        return;
      case "unavailable":
        this.#client.end(UNAVAILABLE);
        this.#server.destroy();
        return;
      case "stalled-request":
      case "stalled-answer":
        this.#hold(to, fault.ms);
        this.#pass(to, chunk);
    }
  }

  #pass(to: Socket, chunk: Buffer): void {
    if (this.#held?.to === to) this.#held.chunks.push(chunk);
    else if (!to.destroyed) to.write(chunk);
  }

  #hold(to: Socket, ms: number): void {
    const chunks: Buffer[] = [];
    this.#held = { to, chunks };
    this.#timer = setTimeout(() => {
      this.#held = undefined;
      for (const chunk of chunks) this.#pass(to, chunk);
    }, ms);
  }

  #cut(): void {
    this.#drop();
    this.#client.resetAndDestroy();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#server.destroy();
  }
}

/** Whether a fault waits for the answer; the others strike as the request begins. */
function strikesAnswers({ kind }: Fault): boolean {
  return kind === "death-after" || kind === "answer-lost" || kind === "half-answer" || kind === "stalled-answer";
}
