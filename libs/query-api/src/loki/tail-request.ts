import { parseGoInt } from '@lantern/go-syntax';
import type { LogExpr } from '@lantern/logql';
import type { UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseLogExpression } from './lines-request.js';
import { parseLimit, readParam } from './params.js';
import { DEFAULT_SINCE, parseLokiTime } from './time-range.js';

export interface TailRequest {
  readonly expression: LogExpr;
  readonly startUnixNano: UnixNano;
  readonly limit: number;
  /** Delay before lines are sent, so that late lines keep their order. */
  readonly delaySeconds: number;
}

const MAX_TAIL_DELAY = 5;

/**
 * `tail`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseTailRequest = (params: URLSearchParams, now: UnixNano): TailRequest => {
  const delaySeconds = Number(readParam(params, 'delay_for', (text) => parseGoInt(text, 64, 'Atoi')) ?? 0n);
  if (delaySeconds > MAX_TAIL_DELAY)
    throw new BadRequest(`delay_for can't be greater than ${MAX_TAIL_DELAY}`);
  return {
    expression: parseLogExpression(params.get('query') ?? ''),
    startUnixNano: readParam(params, 'start', parseLokiTime) ?? now - DEFAULT_SINCE,
    limit: parseLimit(params.get('limit') ?? ''),
    delaySeconds: Math.max(0, delaySeconds),
  };
};
