import { lineAndColumn, type Position } from './position.js';

/** A query that is not PromQL. The message is Prometheus', for example `1:5: parse error: unclosed left parenthesis`. */
export class PromqlParseError extends Error {
  override readonly name = 'PromqlParseError';

  constructor(
    query: string,
    /** Reason, without the position. */
    readonly reason: string,
    readonly position: Position,
  ) {
    super(`${lineAndColumn(query, position.start)}: parse error: ${reason}`);
  }
}
