import type { Statement } from './sql/statement.js';

export type CallProtocol = 'sql' | 'database' | 'http' | 'rpc';

/** Call of a service to something outside of its process: a query, a request, a remote procedure. */
export interface Call {
  readonly row: number;
  /**
   * Row of the request that the call serves: the nearest SERVER or CONSUMER span above it, else the topmost span of its
   * service. The row of the call itself if it is a root.
   */
  readonly owner: number;
  readonly protocol: CallProtocol;
  /** Equal for calls that differ only in their values: `sqlite SELECT * FROM users WHERE id = ?`, `GET users /users/:id`. */
  readonly pattern: string;
  /** Equal for calls with the same values. Undefined when the span does not show the values. */
  readonly exact: string | undefined;
  /** Short form of the pattern, for sentences: `SELECT users`, `GET /users/:id`. */
  readonly label: string;
  /** Whether the call only reads, so that its order and number do not matter. */
  readonly isRead: boolean;
  /** Whether the call reads one page of a longer list. */
  readonly isPage: boolean;
  /** Values in the call. Undefined when the span does not show them. */
  readonly values: readonly string[] | undefined;
  /** Statement of a call to an SQL database, if the span has it. */
  readonly statement: Statement | undefined;
}
