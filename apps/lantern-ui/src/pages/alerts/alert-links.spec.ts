import { describe, expect, it } from '@jest/globals';
import { alertsOf, type AlertRule } from '../../api/alerts.js';
import { parseLogsParams } from '../logs/logs-params.js';
import { parseMetricsParams } from '../metrics/metrics-params.js';
import { parseSearchParams } from '../search/search-params.js';
import { servicesPath } from '../services/services-params.js';
import { alertLinks, servicePath } from './alert-links.js';

const ACTIVE_AT = '2026-11-30T12:00:00Z';
const ACTIVE = Date.parse(ACTIVE_AT);

const rule = (...alerts: AlertRule['alerts']): AlertRule => ({
  type: 'alerting',
  group: 'red',
  file: 'red.yml',
  name: 'HighErrorRate',
  query: 'errors > 0.05',
  health: 'ok',
  state: 'firing',
  evaluationTime: 0,
  lastEvaluation: ACTIVE_AT,
  duration: 60,
  keepFiringFor: 0,
  annotations: {},
  alerts,
});

const alert = (
  labels: Record<string, string>,
  state: 'firing' | 'pending' = 'firing',
  activeAt = ACTIVE_AT,
) => ({
  labels,
  annotations: {},
  state,
  activeAt,
  value: '5e-01',
});

const paramsOf = (path = '') => new URLSearchParams(path.slice(path.indexOf('?')));

describe('Alerts', () => {
  it('Firing alerts come before pending ones, the latest first', () => {
    const alerts = alertsOf([
      rule(
        alert({ service: 'a' }, 'pending'),
        alert({ service: 'b' }),
        alert({ service_name: 'c' }, 'firing', '2026-11-30T12:05:00Z'),
      ),
    ]);
    expect(alerts.map(({ service, value }) => [service, value])).toEqual([
      ['c', 0.5],
      ['b', 0.5],
      ['a', 0.5],
    ]);
  });

  it('An alert links to the failed traces and failure lines of its service, from before it became active until now', () => {
    const [found] = alertsOf([rule(alert({ service: 'order "s"' }))]);
    if (found === undefined) throw new Error('No alert');
    const { failedTraces, logLines } = alertLinks(found, ACTIVE + 90_000);
    const range = {
      kind: 'fixed',
      startMicros: BigInt(ACTIVE - 600_000) * 1_000n,
      endMicros: BigInt(ACTIVE + 90_000) * 1_000n,
    };
    expect(parseSearchParams(paramsOf(failedTraces))).toMatchObject({
      service: 'order "s"',
      tags: { error: 'true' },
      range,
    });
    expect(parseLogsParams(paramsOf(logLines))).toMatchObject({
      query: '{service_name="order \\"s\\""} | detected_level=~"error|critical|fatal"',
      range,
    });
  });

  it('The links of an alert that began long ago end an hour after its beginning', () => {
    const [found] = alertsOf([rule(alert({ service: 'a' }))]);
    if (found === undefined) throw new Error('No alert');
    const { failedTraces, metric } = alertLinks(found, ACTIVE + 7 * 86_400_000);
    const range = {
      kind: 'fixed',
      startMicros: BigInt(ACTIVE - 600_000) * 1_000n,
      endMicros: BigInt(ACTIVE + 3_600_000) * 1_000n,
    };
    expect(parseSearchParams(paramsOf(failedTraces)).range).toEqual(range);
    expect(parseMetricsParams(paramsOf(metric)).range).toEqual(range);
  });

  it('An alert without a service links to its metric alone', () => {
    const [found] = alertsOf([rule(alert({ receiver: 'otlp' }))]);
    if (found === undefined) throw new Error('No alert');
    const { failedTraces, logLines, metric } = alertLinks(found, ACTIVE);
    expect([failedTraces, logLines]).toEqual([undefined, undefined]);
    expect(paramsOf(metric).getAll('query')).toEqual(['errors > 0.05']);
  });
});

it('An alert links to the page of its service', () => {
  expect(servicePath('a & b')).toBe(servicesPath({ service: 'a & b' }));
});
