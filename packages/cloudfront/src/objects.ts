import { GetObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { Announced } from "./event.ts";

/** Where log files lie. */
export interface LogObjects {
  /**
   * The whole of one object, at most {@link MAX_OBJECT_BYTES}; undefined when there is none of that name.
   *
   * @throws Error (rejects) with a sentence, when it could not be read now
   */
  read(object: Announced): Promise<Uint8Array | undefined>;
}

/** CloudFront begins another file long before: one of 32 MiB holds some two million requests. */
export const MAX_OBJECT_BYTES: number = 32 * 1024 * 1024;

const CONNECTION_TIMEOUT_MS = 2_000;
/** A few megabytes inside a region take well below a second. */
const REQUEST_TIMEOUT_MS = 10_000;

/** The S3 client of the Lambda; the SDK's own three attempts stay. Region and credentials are Lambda's. */
export function s3ClientForLogs(): S3Client {
  return new S3Client({
    // A bucket may be in another region than the function; CloudFront's v2 deliveries often are.
    followRegionRedirects: true,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Without it the handler only warns.
      throwOnRequestTimeout: true,
    },
  });
}

/** Log files in S3. */
export function s3Objects(client: S3Client): LogObjects {
  return {
    read: async ({ bucket, key }) => {
      try {
        const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        if (ContentLength > MAX_OBJECT_BYTES) {
          // Or the connection waits for a reader.
          (Body as { destroy?: () => void } | undefined)?.destroy?.();
          throw new RangeError(`Expected at most ${MAX_OBJECT_BYTES} bytes, got ${ContentLength}`);
        }
        return await Body!.transformToByteArray();
      } catch (error) {
        if (error instanceof S3ServiceException && error.name === "NoSuchKey") return undefined;
        throw new Error(`${key} in ${bucket} could not be read: ${explain(error as Error)}`, { cause: error });
      }
    },
  };
}

/** S3 hides from who may not list a bucket whether an object is there (S3 API Reference, GetObject, Permissions). */
function explain({ name, message }: Error): string {
  if (name !== "AccessDenied") return `${name}: ${message}`;
  return `${name}: ${message}. The function needs s3:GetObject, and s3:ListBucket to know deleted files from forbidden ones`;
}
