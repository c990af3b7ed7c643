/** Where a consumer says what happens; Powertools' Logger is one. No field ever holds a message's body. */
export interface Log {
  debug(message: string, fields: Fields): void;
  info(message: string, fields: Fields): void;
  warn(message: string, fields: Fields): void;
  error(message: string, fields: Fields): void;
}

type Fields = Record<string, unknown>;
