import { startReceiverServer } from "@penstock/local";
import { afterEach, describe, expect, test } from "vitest";
import { penstock, type Running, startPenstock } from "../../test/command.ts";

const PLACES = [
  ...["--queue", "http://127.0.0.1:9/000000000000/queue.fifo"],
  ...["--dead-letters", "http://127.0.0.1:9/000000000000/dead.fifo"],
  ...["--receiver", "http://127.0.0.1:9/"],
];

const running: Running[] = [];
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill("SIGKILL");
});

async function startServed(...args: string[]): Promise<{ readonly started: Running; readonly url: string }> {
  const started = startPenstock(["console", ...PLACES, "--port", "0", ...args]);
  running.push(started);
  const [, url] = await started.says(/The console is at (http:\/\/127\.0\.0\.1:\d+\/)\n/);
  return { started, url: url! };
}

/** What the page asks for first. */
async function settingsAt(url: string): Promise<Record<string, unknown>> {
  const page = await (await fetch(url)).text();
  const [, token] = /name="penstock-token" content="([^"]+)"/.exec(page)!;
  return (await fetch(`${url}api/settings`, { headers: { "x-penstock-token": token! } })).json() as Promise<
    Record<string, unknown>
  >;
}

describe("penstock console", () => {
  test("serves the page on this machine, says why what it cannot show is missing, and ends at Ctrl-C", async () => {
    const { started, url } = await startServed();
    expect(await settingsAt(url)).toMatchObject({
      place: "this machine",
      attributes: { known: false, why: expect.stringContaining("could not be asked about") },
      sources: [
        { name: "The consumer's books", answer: { known: false, why: expect.stringContaining("CloudWatch") } },
        { name: "Age of the oldest message", answer: { known: false } },
        { name: "Writes to the receiver", answer: { known: false } },
      ],
    });
    started.child.kill("SIGINT");
    expect(await started.ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("reads a worker's account where it is told to", async () => {
    const { url } = await startServed("--metrics", "http://127.0.0.1:9/metrics");
    const { sources } = await settingsAt(url);
    expect(sources).toContainEqual({ name: "The consumer's books", answer: { known: true, value: expect.anything() } });
  });

  test("says that its port is taken", async () => {
    const server = await startReceiverServer();
    try {
      const { code, stderr } = await penstock(["console", ...PLACES, "--port", String(server.port)]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^Port \d+ is taken/) });
    } finally {
      await server.close();
    }
  });

  test.each([
    [["--queue", "http://127.0.0.1:9/not-fifo"], /Expected the URL of a FIFO queue/],
    [["--queue", "https://sqs.eu-west-1.amazonaws.com/1/q.fifo"], /Expected both `--queue` and `--dead-letters`/],
    [["--metrics", "nowhere"], /Expected an http or https URL/],
    [["--port", "70000"], /Expected a port from 0 to 65535/],
    [["--host", "0.0.0.0"], /unknown option/],
  ])("called with %j says what is wrong", async (args, sentence) => {
    expect(await penstock(["console", ...args])).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) });
  });
});
