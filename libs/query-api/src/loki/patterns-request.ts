import type { UnixNano } from '@lantern/telemetry-model';
import { parseLogExpression, type LinesRequest } from './lines-request.js';
import { parseCheckedRange, parseStep } from './time-range.js';

export interface PatternsRequest extends LinesRequest {
  readonly stepNanos: bigint;
}

/**
 * `patterns`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parsePatternsRequest = (params: URLSearchParams, now: UnixNano): PatternsRequest => {
  const range = parseCheckedRange(params, now);
  const stepNanos = parseStep(params, range);
  return { ...range, expression: parseLogExpression(params.get('query') ?? ''), stepNanos };
};
