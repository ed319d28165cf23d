import type { Steps } from '@lantern/logql';
import type { UnixNano } from '@lantern/telemetry-model';
import { BadRequest } from '../bad-request.js';
import { parseOnlySelector, type LinesRequest } from './lines-request.js';
import { checkLength, parsePositive, readParam } from './params.js';
import { floorMod, parseCheckedRange, parseStep, type LokiTimeRange } from './time-range.js';

/**
 * `index/stats`: streams, lines and bytes of a selection.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseStatsRequest = (params: URLSearchParams, now: UnixNano): LinesRequest => {
  const range = parseCheckedRange(params, now);
  return { ...range, expression: parseOnlySelector(params.get('query') ?? '') };
};

export interface VolumeRequest extends LinesRequest {
  readonly limit: number;
  /** Labels that the volume is grouped by; when empty, those that the selector names. */
  readonly targetLabels: readonly string[];
  readonly aggregateBy: 'series' | 'labels';
  /** Undefined for one sum over the range. */
  readonly steps: Steps | undefined;
}

const MAX_TARGET_LABELS = 100;

/**
 * `index/volume` and, with `stepped`, `index/volume_range`.
 *
 * @throws {BadRequest | LogqlParseError}
 */
export const parseVolumeRequest = (
  params: URLSearchParams,
  now: UnixNano,
  stepped: boolean,
): VolumeRequest => {
  const range = parseCheckedRange(params, now);
  const aggregateBy = readParam(params, 'aggregateBy', String) ?? 'series';
  if (aggregateBy !== 'series' && aggregateBy !== 'labels')
    throw new BadRequest('invalid aggregation option');
  const targetLabels = checkLength(
    'targetLabels',
    (params.get('targetLabels') ?? '').split(',').filter((name) => name !== ''),
    MAX_TARGET_LABELS,
  );
  const stepNanos = stepped ? parseStep(params, range) : 0n;
  return {
    ...range,
    expression: parseOnlySelector(params.get('query') ?? ''),
    limit: parsePositive(params, 'limit', 100),
    targetLabels,
    aggregateBy,
    steps: stepped ? volumeSteps(range, stepNanos) : undefined,
  };
};

/** Returns periods that begin at multiples of the step, as in Loki. The range cuts the first and the last one. */
const volumeSteps = ({ startUnixNano, endUnixNano }: LokiTimeRange, stepNanos: bigint): Steps => {
  const first = startUnixNano - floorMod(startUnixNano, stepNanos);
  return { startUnixNano: first, stepNanos, count: Number((endUnixNano - first - 1n) / stepNanos) + 1 };
};
