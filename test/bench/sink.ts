import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A receiver that only reads and answers, in a process of its own so that its time is not counted. Tells its port. */
const NOTHING = JSON.stringify({ status: "success", data: { resultType: "matrix", result: [] } });

const server = createServer((request, response) => {
  request.resume().on("end", () => {
    if (request.url?.endsWith("/query")) response.writeHead(200, { "Content-Type": "application/json" }).end(NOTHING);
    else response.writeHead(204).end();
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
