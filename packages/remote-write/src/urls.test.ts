import { describe, expect, test } from "vitest";
import { receiverUrls } from "./index.ts";

const AMP = "https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-0123";

test.each([
  ["http://127.0.0.1:9090", "http://127.0.0.1:9090/api/v1/write", "http://127.0.0.1:9090/api/v1/query"],
  ["https://prom.test/", "https://prom.test/api/v1/write", "https://prom.test/api/v1/query"],
  ["https://host.test/prom/", "https://host.test/prom/api/v1/write", "https://host.test/prom/api/v1/query"],
  ["http://prom.test/api/v1/write", "http://prom.test/api/v1/write", "http://prom.test/api/v1/query"],
  [AMP, `${AMP}/api/v1/remote_write`, `${AMP}/api/v1/query`],
  [`${AMP}/`, `${AMP}/api/v1/remote_write`, `${AMP}/api/v1/query`],
  [`${AMP}/api/v1/remote_write`, `${AMP}/api/v1/remote_write`, `${AMP}/api/v1/query`],
  ["http://a.test//b.test/", "http://a.test//b.test/api/v1/write", "http://a.test//b.test/api/v1/query"],
  ["http://cortex.test/api/v1/push", "http://cortex.test/api/v1/push", undefined],
  ["https://azure.test/api/v1/write?api-version=1", "https://azure.test/api/v1/write?api-version=1", undefined],
])("%s is enough to find where to write and, where that is certain, where to query", (url, writeUrl, queryUrl) => {
  expect(receiverUrls({ url })).toEqual({ writeUrl, queryUrl });
});

test.each([
  ["http://cortex.test/prometheus", "http://cortex.test/prometheus/api/v1/query"],
  ["http://cortex.test/prometheus/", "http://cortex.test/prometheus/api/v1/query"],
  ["http://cortex.test/prometheus/api/v1/query", "http://cortex.test/prometheus/api/v1/query"],
  ["http://querier.test", "http://querier.test/api/v1/query"],
  [AMP, `${AMP}/api/v1/query`],
])("a query URL beside it may be a base or whole: %s", (queryUrl, expected) => {
  expect(receiverUrls({ url: "http://cortex.test/api/v1/push", queryUrl }).queryUrl).toBe(expected);
});

describe("a URL that cannot be is refused in a sentence that names it", () => {
  test.each([
    ["", "http or https URL, got ``"],
    ["127.0.0.1:9090", "http or https URL, got `127.0.0.1:9090`"],
    ["localhost:9090", "http or https URL, got `localhost:9090`"],
    ["file:///etc/passwd", "got `file:///etc/passwd`"],
    ["http://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1/", "https"],
    ["https://aps-workspaces.eu-west-1.amazonaws.com/", "workspace's URL"],
    [`${AMP}/api/v1/rules`, "workspace's URL"],
  ])("%s", (url, sentence) => {
    expect(() => receiverUrls({ url })).toThrow(TypeError);
    expect(() => receiverUrls({ url })).toThrow(sentence);
    expect(() => receiverUrls({ url: "http://prom.test", queryUrl: url })).toThrow(/`queryUrl`/);
  });

  test("a password in it is not repeated", () => {
    const secret = "http://me:hunter2@prom.test/";
    expect(() => receiverUrls({ url: secret })).toThrow(/prom\.test.*Authorization/);
    expect(() => receiverUrls({ url: secret })).not.toThrow(/hunter2/);
  });
});
