import type { ConfigError } from "@penstock/model";
import { expect, test } from "vitest";
import { INTAKE_SETTINGS, readIntakeConfig } from "./config.ts";

const PENSTOCK_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/1/penstock.fifo";
const sha256 = "a".repeat(64);

test("reads the environment, and leaves what is not set at its default", () => {
  expect(readIntakeConfig({ PENSTOCK_QUEUE_URL, PATH: "/bin" })).toEqual({
    queueUrl: PENSTOCK_QUEUE_URL,
    groups: 64,
    bearerSha256: undefined,
    firehose: "closed",
    limits: { maxBodyBytes: 4 << 20, maxDecodedBytes: 16 << 20, maxSeries: 50_000 },
  });
  const all = {
    PENSTOCK_QUEUE_URL,
    PENSTOCK_GROUPS: "8",
    PENSTOCK_BEARER_SHA256: sha256,
    PENSTOCK_FIREHOSE_KEY_SHA256: sha256,
    PENSTOCK_MAX_BODY_BYTES: "1000",
    PENSTOCK_MAX_DECODED_BYTES: "2000",
    PENSTOCK_MAX_SERIES: "30",
  };
  expect(Object.keys(all)).toEqual(Object.keys(INTAKE_SETTINGS));
  expect(readIntakeConfig(all)).toEqual({
    queueUrl: PENSTOCK_QUEUE_URL,
    groups: 8,
    bearerSha256: sha256,
    firehose: { keySha256: sha256 },
    limits: { maxBodyBytes: 1000, maxDecodedBytes: 2000, maxSeries: 30 },
  });
});

test("names everything that is wrong at once, and shows no secret", () => {
  const problemsOf = (environment: Record<string, string>): readonly string[] => {
    try {
      readIntakeConfig(environment);
    } catch (error) {
      return (error as ConfigError).problems;
    }
    return [];
  };
  expect(
    problemsOf({
      PENSTOCK_GROUPS: "0",
      PENSTOCK_BEARER_SHA256: "the token itself",
      PENSTOCK_BEARER: "x",
      PENSTOCK_MAX_SERIES: "1e3",
    }),
  ).toEqual([
    expect.stringMatching(/^Expected no `PENSTOCK_BEARER` in the environment: the settings are PENSTOCK_QUEUE_URL, /),
    "Expected `PENSTOCK_QUEUE_URL` to be the http or https URL of a FIFO queue, which ends in `.fifo`, got nothing",
    'Expected `PENSTOCK_GROUPS` to be an integer from 1 to 4294967296, got "0"',
    "Expected `PENSTOCK_BEARER_SHA256` to be a SHA-256 in hexadecimal, 64 digits, got something else",
    'Expected `PENSTOCK_MAX_SERIES` to be an integer from 1 to 1000000, got "1e3"',
  ]);
});
