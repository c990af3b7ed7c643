import { show } from "@penstock/model";
import type { Cells } from "./request.ts";

/** One line of a log in JSON (standard logging v2) as cells and its columns, or a sentence why it is none. */
export function jsonCells(line: string): { cells: Cells; has: (column: string) => boolean } | string {
  const record = parse(line);
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    return `Expected a JSON object, got ${show(line)}`;
  }
  return {
    has: (column) => Object.hasOwn(record, column),
    cells: (column) => {
      const value = Object.hasOwn(record, column) ? (record as Record<string, unknown>)[column] : undefined;
      // CloudFront writes text throughout; who rewrote the file may have made numbers of it.
      if (typeof value !== "string" && typeof value !== "number") return undefined;
      return value === "-" || value === "" ? undefined : String(value);
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
