const LINE_FEED = 0x0a;

/** CloudFront takes requests of at most 20,480 bytes of headers and 8,192 of URL, and percent-encoding makes three of one. */
export const MAX_LINE_BYTES: number = 128 * 1024;

/** A line too long to be one. */
export const OVERLONG: unique symbol = Symbol("a line over the limit");

export type Line = string | typeof OVERLONG;

/** Pieces of text to lines, with either line ending. What it holds between two pieces is bounded. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** The lines that end in this piece. */
  *push(piece: Buffer): Generator<Line> {
    let from = 0;
    for (let at = piece.indexOf(LINE_FEED); at >= 0; at = piece.indexOf(LINE_FEED, from)) {
      this.#keep(piece.subarray(from, at));
      yield this.#finish();
      from = at + 1;
    }
    this.#keep(piece.subarray(from));
  }

  /** The last line, when it has no ending. */
  *end(): Generator<Line> {
    if (this.#bytes > 0) yield this.#finish();
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > MAX_LINE_BYTES) this.#parts = [];
    else this.#parts.push(part);
  }

  #finish(): Line {
    const line = this.#bytes > MAX_LINE_BYTES ? OVERLONG : Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    this.#bytes = 0;
    return line === OVERLONG || !line.endsWith("\r") ? line : line.slice(0, -1);
  }
}
