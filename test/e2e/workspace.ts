import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** Who may come in, and with which credentials. */
export interface Lock {
  readonly region: string;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
}

/** The front of a workspace: it looks at signatures, and can be told to make trouble. */
export interface Workspace {
  /** The workspace's own URL, as it stands in the console. */
  readonly url: string;
  /** Requests that were refused for their signature. */
  readonly refused: number;
  /** While it is set, queries that ask for this group are too heavy. */
  heavyGroup: string | undefined;
  /** Called when a write was taken and before it is answered; with `"cut"` the answer is lost. */
  onWritten: (headers: IncomingMessage["headers"]) => "cut" | undefined;
  close(): Promise<void>;
}

const HOP_BY_HOP: readonly string[] = ["host", "connection", "content-length", "transfer-encoding", "keep-alive"];

/**
 * Stands in front of a local receiver as AMP's front end does: a request whose signature has another scope (SigV4, service
 * `aps`) is refused before anyone reads it. Whether the signature fits the request is not checked here.
 */
export async function startWorkspace(receiverUrl: string, lock: Lock): Promise<Workspace> {
  const server = createServer((request, response) => void pass(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  let refused = 0;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    if (!isSigned(request.headers, lock)) {
      refused++;
      return void response.writeHead(403).end('{"message":"Missing Authentication Token"}');
    }
    if (isHeavy(request.url!, body, workspace.heavyGroup)) {
      return void response.writeHead(422).end('{"error":"query processing would load too many samples into memory"}');
    }
    const answer = await forward(new URL(request.url!, receiverUrl), request, body);
    const fate = answer.ok && request.url!.endsWith("/remote_write") && workspace.onWritten(request.headers);
    if (fate === "cut") response.destroy();
    else response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  }

  const workspace: Workspace = {
    url: `http://127.0.0.1:${port}/workspaces/ws-local/`,
    get refused() {
      return refused;
    },
    heavyGroup: undefined,
    onWritten: () => undefined,
    close: () => close(server),
  };
  return workspace;
}

function isSigned(headers: IncomingMessage["headers"], { region, accessKeyId, sessionToken }: Lock): boolean {
  const [, key, scope] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^,]+), SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  return (
    key === accessKeyId &&
    scope === `${region}/aps/aws4_request` &&
    headers["x-amz-security-token"] === sessionToken &&
    headers["x-amz-date"] !== undefined
  );
}

function isHeavy(url: string, body: Buffer, group: string | undefined): boolean {
  if (group === undefined || !url.endsWith("/query")) return false;
  const query = new URLSearchParams(body.toString()).get("query") ?? "";
  return new RegExp(`_group=~?"(?:[^"]*\\|)?${group}(?:\\||")`).test(query);
}

async function forward(url: URL, { method, headers }: IncomingMessage, body: Buffer): Promise<Response> {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)) as [string, string][];
  return fetch(url, { method: method!, headers: kept, body: new Uint8Array(body) });
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}
