import { buildTraceTree, type TraceNode } from '@lantern/telemetry-model';
import { attributes, drawSpan } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../api/log-line.js';
import { marksOf } from './row-marks.js';
import { timeScaleOf } from './time-scale.js';

const line = (time: number, level: LogLine['level']): LogLine => ({
  key: `${time}${level}`,
  timeUnixNano: BigInt(time),
  service: 'shop',
  level,
  message: 'said',
  spanId: 'it',
  fields: [],
  traceId: undefined,
  labels: {},
  metadataKeys: new Set(),
  line: 'said',
});

const tree = buildTraceTree([drawSpan({ id: 'it', start: 1_000, end: 2_000 })]);
const scale = timeScaleOf(tree);
const [node] = tree.nodes;
if (node === undefined) throw new Error('the tree is empty');

const withEvent = (time: number, name: string): TraceNode => ({
  ...node,
  span: {
    ...node.span,
    events: [{ timeUnixNano: BigInt(time), name, attributes: attributes({}), droppedAttributesCount: 0 }],
  },
});

describe('marksOf', () => {
  it('marks events and log lines where they happened, in order', () => {
    const marks = marksOf(withEvent(1_500, 'exception'), [line(1_900, 'warn'), line(1_100, 'info')], scale);
    expect(marks.map(({ percent, tone }) => [percent, tone])).toEqual([
      [10, 'plain'],
      [50, 'error'],
      [90, 'warn'],
    ]);
  });

  it('lets the louder of two stand where both would cover each other', () => {
    const marks = marksOf(node, [line(1_500, 'info'), line(1_501, 'error'), line(1_502, 'warn')], scale);
    expect(marks.map(({ tone }) => tone)).toEqual(['error']);
  });

  it('draws a bounded number however much was logged', () => {
    const lines = Array.from({ length: 5_000 }, (_, i) => line(1_000 + (i % 1_000), 'debug'));
    expect(marksOf(node, lines, scale).length).toBeLessThanOrEqual(251);
  });

  it('says what happened when it is pointed at', () => {
    expect(marksOf(node, [line(1_100, 'error')], scale)[0]?.title).toBe('+100 ns error said');
  });
});
