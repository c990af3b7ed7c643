import fc from "fast-check";
import { expect, test } from "vitest";
import { groupingOf } from "./grouping.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter((one) => one !== "job");
const value = fc.string({ unit: "grapheme", maxLength: 10 });

test("reads back every grouping key that a Pushgateway client can write, in both forms", () => {
  fc.assert(
    fc.property(value, fc.dictionary(name, value), fc.infiniteStream(fc.boolean()), (job, labels, plainly) => {
      fc.pre(job !== "");
      const plain = (text: string) => text !== "" && !text.includes("/") && plainly.next().value;
      const part = (label: string, text: string) =>
        plain(text)
          ? `${label}/${encodeURIComponent(text)}`
          : `${label}@base64/${Buffer.from(text).toString("base64url") || "="}`;
      const pairs = [["job", job] as const, ...Object.entries(labels)].map(([label, text]) => part(label, text));
      const { pathname } = new URL(`http://host/metrics/${pairs.join("/")}`);
      // A path that is one or two dots is no segment to a URL: those go in base64 too.
      fc.pre(![job, ...Object.values(labels)].some((text) => /^(\.|%2e){1,2}$/i.test(text)));
      expect(groupingOf(pathname)).toEqual({ ...labels, job });
    }),
  );
});

test.each([
  ["/metrics/job", "pairs"],
  ["/metrics/job/", "a job name that is not empty"],
  ["/metrics/job@base64/=", "a job name that is not empty"],
  ["/metrics/job/a/b", "pairs"],
  ["/metrics/instance/a/job/b", "`job` first"],
  ["/metrics/job/a/9x/b", "a label name"],
  ["/metrics/job/a/__name__/b", "a label name"],
  ["/metrics/job/a/job/b", "`job` once"],
  ["/metrics/job@base64/!", "URL-safe base64"],
])("%s: expected %s", (path, sentence) => {
  expect(() => groupingOf(path)).toThrow(sentence);
});

test("takes a path that was decoded on its way", () => {
  expect(groupingOf("/metrics/job/100%/a/b c")).toEqual({ job: "100%", a: "b c" });
});
