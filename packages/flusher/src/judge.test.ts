import fc from "fast-check";
import { expect, it } from "vitest";
import { judge } from "./judge.ts";

it("calls stored only what a 2xx says, and refused only what may be a partial acceptance", () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 599 }), fc.string(), (status, body) => {
      const { kind } = judge({ kind: "answered", status, body, retryAfterMs: undefined, requestId: undefined });
      expect(kind === "stored").toBe(status >= 200 && status < 300 && status !== 202);
      if (kind === "refused") expect([400, 409, 422, 500]).toContain(status);
      if (status >= 500 && !body.includes("too old sample")) expect(kind).toBe("unavailable");
      if (status === 429) expect(kind).toBe("throttled");
    }),
  );
});

it("takes every redirect and every other 4xx for our configuration: no sample is lost to it", () => {
  for (const status of [301, 302, 307, 401, 402, 403, 404, 405, 415, 451]) {
    const answer = { kind: "answered", status, body: "", retryAfterMs: undefined, requestId: undefined } as const;
    expect(judge(answer).kind).toBe("misconfigured");
  }
});
