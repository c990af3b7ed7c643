/**
 * The bounds that all packages share, with their sources: first those of somebody else's rules, then those of the message
 * and of the lanes, which are ours. Other bounds of our own choosing live with the code they bound.
 */

/** A message group, and so an SQS batch, is at most ten messages (SQS API reference, SendMessageBatch, ReceiveMessage). */
export const MAX_BATCH_ENTRIES = 10;

/** One SQS message, and one SendMessageBatch in total (SQS quotas, August 2025: raised from 256 KiB to 1 MiB). */
export const MAX_MESSAGE_BYTES: number = 1024 * 1024;

/** SQS bills every started 64 KiB of a call as one request (SQS pricing). */
export const BILLING_CHUNK_BYTES: number = 64 * 1024;

/** SQS forgets a deduplication id after five minutes (SQS API reference, MessageDeduplicationId). */
export const DEDUPLICATION_WINDOW_MS: number = 5 * 60_000;

/** MessageGroupId and MessageDeduplicationId: 1 to 128 characters (SQS quotas for messages). */
export const MAX_QUEUE_ID_LENGTH = 128;

/** AMP refuses samples older than one hour (AMP quotas: "older than 1 hour are refused from being ingested"). */
export const MAX_SAMPLE_AGE_MS: number = 60 * 60_000;

/** Cortex's creation_grace_period: a sample further ahead than this is refused, with its whole series. */
export const MAX_SAMPLE_LEAD_MS: number = 10 * 60_000;

/** One remote write, unpacked: AMP takes 1 MB (AMP quota L-B71C1602); a tenth of it is left free. */
export const MAX_REQUEST_BYTES = 900_000;

/** Labels of one series (AMP quota L-CDA4AB0F), `_unique_id` and `_group` included. */
export const MAX_LABELS = 150;

/** Cortex's max_label_name_length, which AMP keeps; UTF-8 bytes, as Go counts. */
export const MAX_LABEL_NAME_BYTES = 1024;

/** Cortex's max_label_value_length, which AMP keeps; UTF-8 bytes, as Go counts. */
export const MAX_LABEL_VALUE_BYTES = 2048;

/** Names and values of one series together (AMP quota L-8E142053). */
export const MAX_LABELS_BYTES: number = 7 * 1024;

/** Characters (UTF-16 units) of a message's `id` and `writer`: enough for a file's path, few enough for a log line. */
export const MAX_NAME_LENGTH = 512;

/**
 * What a gzip message may unpack to; a bomb holds GBs. Our producer packs 1 MiB at the most, as a plain message may be. A
 * consumer holds ten messages at once, and some 2 KB of memory for each series of them: ten of these are what a function
 * of 512 MB has room for.
 */
export const MAX_DECODED_BYTES: number = 4 * 1024 * 1024;

/** Samples of one message: half of what a flush holds in memory at once, as any one message must fit into it. */
export const MAX_MESSAGE_SAMPLES = 50_000;

/** Lanes of a series: the values "1" to "10" of `_unique_id`. */
export const MAX_LANES = 10;
