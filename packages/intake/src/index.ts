export { createIntake, type IntakeOptions } from "./app.ts";
export { INTAKE_SETTINGS, type IntakeConfig, readIntakeConfig } from "./config.ts";
export type { FirehoseAccess } from "./doors/firehose.ts";
export { DEFAULT_LIMITS, type Limits } from "./limits.ts";
export { type IntakeServer, type IntakeServerOptions, startIntakeServer } from "./server.ts";
