export type { AwsCredentials, CredentialProvider } from "./credentials.ts";
export { createReceiver, type ReceiverOptions } from "./receiver.ts";
export { type ReceiverUrls, receiverUrls } from "./urls.ts";
