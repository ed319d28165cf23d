import type { UnixNano } from '@lantern/telemetry-model';
import { parseLogExpression, parseOnlySelector, type LinesRequest } from './lines-request.js';
import { MAX_LIMIT, parsePositive } from './params.js';
import { parseCheckedRange } from './time-range.js';

export interface DetectedFieldsRequest extends LinesRequest {
  /** Maximum number of lines that are examined. */
  readonly lineLimit: number;
  /** Maximum number of fields, or of values, in the answer. */
  readonly limit: number;
}

/**
 * `detected_fields` and `detected_field/<name>/values`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseDetectedFieldsRequest = (
  params: URLSearchParams,
  now: UnixNano,
): DetectedFieldsRequest => ({
  ...parseCheckedRange(params, now),
  expression: parseLogExpression(params.get('query') ?? ''),
  lineLimit: Math.min(parsePositive(params, 'line_limit', 100), MAX_LIMIT),
  limit: Math.min(parsePositive(params, 'limit', 1_000), MAX_LIMIT),
});

/**
 * `detected_labels`: no query means every stream.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseDetectedLabelsRequest = (params: URLSearchParams, now: UnixNano): LinesRequest => ({
  ...parseCheckedRange(params, now),
  expression: parseOnlySelector(params.get('query') ?? ''),
});
