import type { TraceNode } from '@lantern/telemetry-model';
import { isAtLeast } from '../../api/log-level.js';
import type { LogLine } from '../../api/log-line.js';
import { formatOffset } from '../../shared/format/duration.js';
import { percentAt, type TimeScale } from './time-scale.js';

/** A moment on the row of a span: one of its events, or a log line written in it. */
export interface RowMark {
  readonly key: string;
  readonly percent: number;
  readonly tone: 'plain' | 'warn' | 'error';
  readonly title: string;
}

/** Closer marks could not be told apart; the louder one stands for both. */
const CLOSEST_PERCENT = 0.4;

const LOUDNESS = { plain: 0, warn: 1, error: 2 };

export const marksOf = ({ span }: TraceNode, logs: readonly LogLine[], scale: TimeScale): RowMark[] => {
  const titleOf = (time: bigint, text: string) =>
    `${formatOffset(time - scale.startUnixNano)} ${text.slice(0, 200)}`;
  const marks = [
    ...span.events.map(({ timeUnixNano, name }, i): RowMark => ({
      key: `event-${i}`,
      percent: percentAt(scale, timeUnixNano),
      tone: name === 'exception' ? 'error' : 'plain',
      title: titleOf(timeUnixNano, name),
    })),
    ...logs.map(({ key, timeUnixNano, level, message }): RowMark => ({
      key: `log-${key}`,
      percent: percentAt(scale, timeUnixNano),
      tone: isAtLeast(level, 'error') ? 'error' : level === 'warn' ? 'warn' : 'plain',
      title: titleOf(timeUnixNano, `${level} ${message}`),
    })),
  ].sort((a, b) => a.percent - b.percent);

  const kept: RowMark[] = [];
  for (const mark of marks) {
    const last = kept.at(-1);
    if (last === undefined || mark.percent - last.percent >= CLOSEST_PERCENT) kept.push(mark);
    else if (LOUDNESS[mark.tone] > LOUDNESS[last.tone]) kept[kept.length - 1] = mark;
  }
  return kept;
};
