import { setImmediate as nextTurn } from 'node:timers/promises';
import type { QueryControl } from '@lantern/logql';
import { HttpError } from '../../transport/errors/http-error.js';

/** Loki's default. */
const QUERY_TIMEOUT_MILLIS = 60_000;

/** Time after which a query yields to other requests. */
const TURN_MILLIS = 10;

/** Loki's status for a client that has disconnected. */
const CLIENT_CLOSED_REQUEST = 499;

const TIMED_OUT =
  'request timed out, decrease the duration of the request or add more label matchers ' +
  '(prefer exact match over regex match) to reduce the amount of data processed';

export interface QueryLimits {
  readonly timeoutMillis?: number;
  readonly hold?: (bytes: number) => void;
}

/** Stops a query at its timeout or when its client has disconnected, and lets other requests run in between. */
export class LanternQueryControl implements QueryControl {
  private readonly deadline: number;
  private turnEnds: number;

  /** Counts the memory of the answer. Throws beyond the limit. */
  readonly hold: (bytes: number) => void;

  /** @param signal aborted when the client has disconnected */
  constructor(
    private readonly signal: AbortSignal,
    { timeoutMillis = QUERY_TIMEOUT_MILLIS, hold = () => undefined }: QueryLimits = {},
  ) {
    this.hold = hold;
    const now = performance.now();
    this.deadline = now + timeoutMillis;
    this.turnEnds = now + TURN_MILLIS;
  }

  /** @throws {HttpError} 504 at the timeout, 499 when the client has disconnected */
  checkpoint(): Promise<void> | undefined {
    return performance.now() < this.turnEnds ? undefined : this.giveWay();
  }

  private async giveWay(): Promise<void> {
    await nextTurn();
    if (this.signal.aborted)
      throw new HttpError(CLIENT_CLOSED_REQUEST, 'the request was cancelled by the client');
    const now = performance.now();
    if (now > this.deadline) throw new HttpError(504, TIMED_OUT);
    this.turnEnds = now + TURN_MILLIS;
  }
}
