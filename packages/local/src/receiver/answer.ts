/** What a receiver says to one request. */
export interface Answer {
  readonly status: number;
  /** Empty, or text that ends in a newline, or JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Go's `http.Error`. */
export function refuse(status: number, words: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: `${words}\n`, headers: { ...ERROR_HEADERS, ...headers } };
}

export function accept(status: 200 | 204): Answer {
  return { status, body: "", headers: {} };
}

const ERROR_HEADERS = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
