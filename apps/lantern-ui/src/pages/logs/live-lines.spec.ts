import { describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../api/log-line.js';
import { liveLines, MOST_LIVE_LINES, NO_LINES, type LiveEvent } from './live-lines.js';

const line = (message: string): LogLine => ({
  key: '',
  timeUnixNano: 0n,
  writtenUnixNano: 0n,
  service: 'shop',
  level: 'info',
  message,
  traceId: undefined,
  spanId: undefined,
  fields: [],
  labels: {},
  metadataKeys: new Set(),
  line: message,
});
const arrived = (...messages: string[]): LiveEvent => ({
  type: 'arrived',
  lines: messages.map(line),
  dropped: 0,
});
const after = (...events: LiveEvent[]) => events.reduce(liveLines, NO_LINES);
const messages = (lines: readonly LogLine[]) => lines.map(({ message }) => message);

describe('liveLines', () => {
  it('live lines are shown on top', () => {
    expect(messages(after(arrived('1', '2'), arrived('3')).shown)).toEqual(['3', '2', '1']);
  });

  it('live lines are held back until the reader is back at the top', () => {
    const held = after(arrived('1'), { type: 'hold', isHeld: true }, arrived('2'), arrived('3'));
    expect(messages(held.shown)).toEqual(['1']);
    expect(messages(held.waiting)).toEqual(['3', '2']);
    const back = liveLines(held, { type: 'hold', isHeld: false });
    expect(messages(back.shown)).toEqual(['3', '2', '1']);
    expect(back.waiting).toEqual([]);
  });

  it('live lines have unique keys, even after a clear', () => {
    const { shown } = after(arrived('1', '1'), { type: 'clear' }, arrived('1'));
    expect(shown.map(({ key }) => key)).toEqual(['live 2']);
  });

  it('live lines beyond the maximum are evicted, oldest first', () => {
    const many = after(arrived(...Array.from({ length: MOST_LIVE_LINES + 1 }, (_, index) => String(index))));
    expect(many.shown).toHaveLength(MOST_LIVE_LINES);
    expect(many.shown[0]?.message).toBe(String(MOST_LIVE_LINES));
  });

  it('the numbers of lines that the server dropped are added up', () => {
    const lossy: LiveEvent = { type: 'arrived', lines: [], dropped: 2 };
    expect(after(lossy, lossy).dropped).toBe(4);
  });
});
