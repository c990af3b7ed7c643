import fc from "fast-check";
import { expect, test } from "vitest";
import { parseParams } from "../../packages/local/src/queue/door/params.ts";
import { QueueError } from "../../packages/local/src/queue/index.ts";
import { UnpackError, unpackSnappy } from "../../packages/local/src/receiver/door/snappy.ts";
import { decodeWriteRequest } from "../../packages/local/src/receiver/door/write-request.ts";
import { type IncomingSeries, LocalReceiver } from "../../packages/local/src/receiver/index.ts";
import { queryInstant } from "../../packages/local/src/receiver/promql/query.ts";
import { QueryError } from "../../packages/local/src/receiver/promql/query-error.ts";
import { compress, encodeWrite } from "../contract/write-body.ts";
import { mutatedBytes, mutatedText, nastyJson, nastyText, nested } from "./arbitraries.ts";

const NOW_MS = 1_795_475_070_000;
const MAX_BYTES: number = 64 * 1024;

const label = fc.tuple(fc.oneof(fc.constant("__name__"), nastyText), nastyText);
const series: fc.Arbitrary<IncomingSeries> = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.array(fc.tuple(fc.integer(), fc.double()), { maxLength: 3 }))
  .map(([labels, samples]) => ({
    labels,
    timestamps: samples.map(([timestamp]) => timestamp),
    values: samples.map(([, value]) => value),
  }));

/** Some are requests, with a few of their bytes changed and packed again. */
const writeBody = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map(compress),
  fc.array(series, { maxLength: 3 }),
);

test("a write's body is read, or refused as one that cannot be unpacked; and what is read, the receiver answers", async () => {
  const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(writeBody, changes, async (drawn, changed) => {
      const body = Buffer.from(drawn instanceof Uint8Array ? drawn : await encodeWrite(drawn));
      for (const [at, byte] of changed) if (body.length > 0) body[at % body.length] = byte;
      const read = await decodeWriteRequest(body, MAX_BYTES).catch((error: unknown) => error);
      if (!Array.isArray(read)) {
        expect(read).toBeInstanceOf(UnpackError);
        return;
      }
      for (const engine of ["cortex", "prometheus"] as const) {
        const receiver = new LocalReceiver({ now: () => NOW_MS, rules: { engine } });
        expect([200, 204, 400, 500]).toContain(receiver.write(read as IncomingSeries[]).status);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a body unpacks to what is allowed and to no more, whatever it claims", () => {
  const block = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    mutatedBytes(fc.nat({ max: 5_000 }).map((length) => compress(new Uint8Array(length)))),
    // Claims four gigabytes.
    fc.uint8Array({ maxLength: 50 }).map((rest) => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, ...rest)),
  );
  fc.assert(
    fc.property(block, fc.nat({ max: 5_000 }), (bytes, maxBytes) => {
      try {
        expect(unpackSnappy(Buffer.from(bytes), maxBytes).length).toBeLessThanOrEqual(maxBytes);
      } catch (error) {
        expect(error).toBeInstanceOf(UnpackError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("a query is answered or refused, whatever it says", () => {
  const source = new LocalReceiver({ now: () => NOW_MS });
  source.write([{ labels: [["__name__", "m"]], timestamps: [NOW_MS], values: [1] }]);
  const queries = fc.constantFrom(
    'sum by (a) (rate(m{a="b",c=~"d|e"}[5m])) / 2',
    "histogram_quantile(0.9, sum without (_unique_id) (m))",
    "topk(3, m offset 5m) > 1e3",
    "-(m + on (a) m) ^ NaN",
  );
  const ask = (query: string): void => {
    try {
      queryInstant(query, NOW_MS, { source, maxSamples: 1_000 });
    } catch (error) {
      expect(error).toBeInstanceOf(QueryError);
    }
  };
  fc.assert(fc.property(fc.oneof(nastyText, mutatedText(queries)), ask), { numRuns: 1_000 });
  for (const piece of ["(", "-", "sum(", "m[", "1+", '"', "{", "rate("]) ask(piece.repeat(2_000));
});

test("a call's parameters are an object, or refused as none", () => {
  const read = (text: string): void => {
    try {
      expect(parseParams(text)).toBeTypeOf("object");
    } catch (error) {
      expect(error).toBeInstanceOf(QueueError);
    }
  };
  fc.assert(fc.property(mutatedText(nastyJson.map((value) => JSON.stringify(value))), read), { numRuns: 1_000 });
  read(nested(200_000));
});
