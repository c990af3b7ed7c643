export type { Books, WriteView } from "./api.ts";
export { FlushBook, type FlushFigures } from "./server/book.ts";
export { type Console, type ConsoleOptions, startConsole } from "./server/console.ts";
export { scrapeBooks } from "./server/metrics.ts";
export type { ConsoleSources, Source } from "./server/sources.ts";
export { buildWeb } from "./server/web.ts";
