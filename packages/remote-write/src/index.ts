export type {
  Matcher,
  ReadAnswer,
  ReadQuery,
  ReadSeries,
  Receiver,
  WriteAnswer,
  WriteSeries,
} from "@penstock/model";
export type { Codec } from "./codec.ts";
export type { AwsCredentials, CredentialProvider } from "./credentials.ts";
export { createReceiver, type ReceiverOptions } from "./receiver.ts";
export { type ReceiverUrls, receiverUrls } from "./urls.ts";
