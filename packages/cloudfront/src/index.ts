export { type Delivery, readDeliveries } from "./deliveries.ts";
export { LogFileError } from "./error.ts";
export { type FileSeries, fileSendOptions, fileSeries, sendFile } from "./file.ts";
export { LATENCY_BUCKETS_SECONDS } from "./latency.ts";
export type { Skip } from "./log.ts";
export { LATENCY_METRIC, STATUS_METRIC } from "./series.ts";
