export type { Answer } from "./answer.ts";
export type { RecentWrite } from "./door/door.ts";
export { type ReceiverServer, type ReceiverServerOptions, startReceiverServer } from "./door/server.ts";
export { UnpackError } from "./door/snappy.ts";
export { decodeWriteRequest } from "./door/write-request.ts";
export type { Fault as ReceiverFault, Faults as ReceiverFaults } from "./faults.ts";
export { LocalReceiver, type LocalReceiverOptions, type ReceiverRules } from "./receiver.ts";
export { RegExpError } from "./regexp.ts";
export {
  AMP_RULES,
  CORTEX_RULES,
  type CortexRules,
  type IngestionRate,
  type LabelSetLimit,
} from "./rules/cortex-rules.ts";
export { PROMETHEUS_RULES, type PrometheusRules } from "./rules/prometheus.ts";
export type { Exemplar, IncomingSeries, Metadata, StoredSeries } from "./series.ts";
