/** Where the handler says what happens. */
export interface Log {
  info(message: string, fields: Fields): void;
  warn(message: string, fields: Fields): void;
  error(message: string, fields: Fields): void;
}

type Fields = Readonly<Record<string, unknown>>;

/** Lines of JSON, as CloudWatch Logs reads them. */
export function jsonLog(write: (line: string) => void): Log {
  const line = (level: string) => (message: string, fields: Fields) =>
    write(`${JSON.stringify({ level, message, ...fields })}\n`);
  return { info: line("INFO"), warn: line("WARN"), error: line("ERROR") };
}
