import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRefusal } from "./refusal.ts";

interface Transcript {
  readonly modes: Record<string, Record<string, { readonly steps: readonly { status: number; body: string }[] }>>;
}

/** About a request's form, its metadata or its exemplars, none of which ours can get wrong or has. */
const NOT_ABOUT_SAMPLES =
  /^(snappy|unexpected EOF|empty labels found|proto:|received message larger|metadata|exemplar)/;

const bodies = ["cortex-1.21.1", "cortex-1.21.1-rf3", "prometheus-2.42"].flatMap((engine) => {
  const file = new URL(`../../../test/contract/transcripts/${engine}.json`, import.meta.url);
  const { modes } = JSON.parse(readFileSync(file, "utf8")) as Transcript;
  const steps = Object.values(modes).flatMap((mode) => Object.values(mode).flatMap((scenario) => scenario.steps ?? []));
  return steps.filter(({ status }) => status === 400).map(({ body }) => body);
});

describe("the words of a refusal", () => {
  it("have a reason, in everything that real Cortex and Prometheus were seen to say about a sample", () => {
    const unread = [...new Set(bodies)].filter((body) => body !== "" && readRefusal(body).reason === undefined);
    expect(bodies.length).toBeGreaterThan(100);
    expect(unread.filter((body) => !NOT_ABOUT_SAMPLES.test(body))).toEqual([]);
  });

  it("are not taken from a label value, which may hold anything", () => {
    const words = fc.constantFrom("out of order sample", "per-user series limit", "too old sample", "out of bounds");
    fc.assert(
      fc.property(words, fc.string(), (value, noise) => {
        const labels: [string, string][] = [
          ["__name__", "m"],
          ["note", `${noise}${value}`],
        ];
        const printed = labels.map(([name, text]) => `${name}=${JSON.stringify(text)}`).join(", ");
        const refusal = readRefusal(`user=u: err: something new. series={${printed}}`);
        expect(refusal).toMatchObject({ reason: undefined, scope: "sample", aboutReceipt: false });
        expect(refusal.names(labels)).toBe(true);
      }),
    );
  });

  it("tell a time in either form, and no time that is none", () => {
    const at = (body: string) => readRefusal(body).timestampMs;
    expect(at("user=u: err: out of bounds. timestamp=2026-11-24T00:00:00.25Z, series={}")).toBe(1_795_478_400_250);
    expect(at('timestamp too new: 1795478671000 metric: "m"')).toBe(1_795_478_671_000);
    expect(at("out of bounds. timestamp=-29227T99, series={}")).toBeUndefined();
    expect(at("")).toBeUndefined();
  });
});
