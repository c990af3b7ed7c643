/** A log file that cannot be read as a whole. `message` is one sentence that names the file. */
export class LogFileError extends Error {
  override readonly name = "LogFileError";
  readonly file: string;

  constructor(file: string, sentence: string, options?: ErrorOptions) {
    super(`${file}: ${sentence}`, options);
    this.file = file;
  }
}
