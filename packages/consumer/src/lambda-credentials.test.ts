import { expect, test } from "vitest";
import { lambdaCredentials } from "./lambda-credentials.ts";

test("takes the function's credentials from the environment, all of them or none", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "secret" };
  expect(await lambdaCredentials({ ...keys, AWS_SESSION_TOKEN: "token" })?.()).toEqual({
    accessKeyId: "id",
    secretAccessKey: "secret",
    sessionToken: "token",
  });
  expect(await lambdaCredentials(keys)?.()).toEqual({ accessKeyId: "id", secretAccessKey: "secret" });
  expect(lambdaCredentials({ AWS_ACCESS_KEY_ID: "id" })).toBeUndefined();
  expect(lambdaCredentials({})).toBeUndefined();
});
