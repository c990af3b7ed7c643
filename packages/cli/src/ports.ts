/** Where `penstock dev` listens unless told otherwise: beside the usual ports of ElasticMQ (9324) and Prometheus (9090). */
export const DEFAULT_QUEUE_PORT = 9325;
export const DEFAULT_RECEIVER_PORT = 9095;
export const DEFAULT_DOORS_PORT = 9096;
export const DEFAULT_CONSOLE_PORT = 9326;
