/** What a service's bundle has of us: a producer that sends to SQS. */
export { createProducer } from "@penstock/producer";
