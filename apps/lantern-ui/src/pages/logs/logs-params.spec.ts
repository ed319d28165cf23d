import { describe, expect, it } from '@jest/globals';
import { lookbackRange } from '../../time-range/time-range.js';
import { logsPath, parseLogsParams, type LogsPageState } from './logs-params.js';

const read = (path: string) => parseLogsParams(new URL(path, 'http://here').searchParams);

describe('the address of the log page', () => {
  it('the URL of the logs page omits defaults', () => {
    const state = read('/logs');
    expect(state.query).toBe('{service_name=~".+"}');
    expect(logsPath(state)).toBe('/logs');
  });

  it.each<Partial<LogsPageState>>([
    { query: '{service="order-service"} |= "50 % & more"' },
    { range: lookbackRange('6h'), order: 'oldest' },
    { range: { kind: 'fixed', startMicros: 1_763_820_131_000_000n, endMicros: 1_763_820_132_000_000n } },
    { isLive: true },
  ])('the URL of the logs page is parsed as it was formatted: %#', (state) => {
    expect(read(logsPath(state))).toMatchObject(state);
  });
});
