/**
 * A query that is not LogQL, or not the part of it that is understood here. The message is Loki's: it names
 * the place, counted from 1 in lines and characters, when there is one.
 */
export class LogqlParseError extends Error {
  override readonly name = 'LogqlParseError';

  constructor(
    /** Reason, without the position. */
    readonly reason: string,
    readonly line = 0,
    readonly column = 0,
  ) {
    super(line === 0 ? `parse error : ${reason}` : `parse error at line ${line}, col ${column}: ${reason}`);
  }

  /** @param offset into `query`, in UTF-16 units */
  static at(query: string, offset: number, reason: string): LogqlParseError {
    const before = query.slice(0, offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    return new LogqlParseError(reason, line, Array.from(before.slice(lineStart)).length + 1);
  }
}
