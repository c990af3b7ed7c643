import { show } from "@penstock/model";
import * as v from "valibot";

/** A log file that S3 says has arrived. */
export interface Announced {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
}

/** What S3 writes of an event (S3 User Guide, "Event message structure"), as far as it matters here. */
const NOTIFICATION = v.object({
  Records: v.array(
    v.object({
      eventName: v.string(),
      s3: v.object({ bucket: v.object({ name: v.string() }), object: v.object({ key: v.string() }) }),
    }),
  ),
});

/** S3 sends it to a queue once, when the notification is set up (S3 User Guide, "Enabling event notifications"). */
const TEST = v.object({ Event: v.literal("s3:TestEvent") });

/**
 * The files that one message of the event queue announces: none for S3's test event and for objects that were deleted.
 *
 * @throws TypeError with a sentence when the body is no S3 event
 */
export function readEvent(body: string): Announced[] {
  const event = parse(body);
  if (v.is(TEST, event)) return [];
  const read = v.safeParse(NOTIFICATION, event);
  if (!read.success) {
    const cure = "the queue must be the destination of the bucket's notification itself, with no topic or rule between";
    throw new TypeError(`Expected an S3 event notification, got ${show(body)}: ${cure}`);
  }
  return read.output.Records.filter(({ eventName }) => /^(s3:)?ObjectCreated:/.test(eventName)).map(({ s3 }) => ({
    bucket: s3.bucket.name,
    key: decodeKey(s3.object.key),
  }));
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** S3 encodes keys as in a query string: a space is a plus, and a plus is `%2B`. */
function decodeKey(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll("+", " "));
  } catch (cause) {
    throw new TypeError(`Expected a URL-encoded key, got ${show(encoded)}`, { cause });
  }
}
