export type { IntakeOptions } from "./app.ts";
export { INTAKE_SETTINGS } from "./config.ts";
export type { FirehoseAccess } from "./doors/firehose.ts";
export type { Limits } from "./limits.ts";
export { type IntakeServer, type IntakeServerOptions, startIntakeServer } from "./server.ts";
