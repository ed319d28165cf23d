import { describe, expect, it } from '@jest/globals';
import { logDestination } from './log-destination.js';

const identity = { name: 'order-service', environment: 'test' };
const LOKI = 'http://localhost:3100';

const chosen = (env: NodeJS.ProcessEnv, lokiUrl?: string) => {
  const { sender, warnings } = logDestination(env, identity, lokiUrl);
  return { target: sender?.target, warnings };
};

describe('where log lines go beside stdout', () => {
  it('Log lines are written only to stdout by default', () => {
    expect(chosen({})).toEqual({ target: undefined, warnings: [] });
  });

  it('Log lines are sent to Loki if LOKI_URL is set', () => {
    expect(chosen({}, LOKI)).toEqual({ target: 'Loki', warnings: [] });
  });

  it('Log lines are sent by OTLP if the exporter is otlp, to the endpoint for logs or the common endpoint', () => {
    expect(chosen({ OTEL_LOGS_EXPORTER: 'otlp' }).target).toBe('http://localhost:4318');
    const common = {
      OTEL_LOGS_EXPORTER: ' OTLP,console ',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:pass@common:1/x',
    };
    expect(chosen(common)).toEqual({ target: 'http://common:1', warnings: [] });
    expect(chosen({ ...common, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs/v1/logs' }).target).toBe(
      'https://logs',
    );
  });

  it('Log lines are sent only by OTLP if both destinations are configured, with a warning', () => {
    expect(chosen({ OTEL_LOGS_EXPORTER: 'otlp' }, LOKI)).toEqual({
      target: 'http://localhost:4318',
      warnings: [
        'OTEL_LOGS_EXPORTER is "otlp" and LOKI_URL is set; log lines go to http://localhost:4318 by OTLP and not to ' +
          'Loki, where each would be there twice. Unset one of the two.',
      ],
    });
  });

  it.each(['none', 'console', 'none,otlp', ''])(
    'Log lines are not sent by OTLP if the exporter is "%s"',
    (exporter) => {
      expect(chosen({ OTEL_LOGS_EXPORTER: exporter }, LOKI)).toEqual({ target: 'Loki', warnings: [] });
    },
  );

  it('An unknown exporter of log lines is ignored with a warning', () => {
    expect(chosen({ OTEL_LOGS_EXPORTER: 'fluentd,otlp' })).toEqual({
      target: 'http://localhost:4318',
      warnings: ['OTEL_LOGS_EXPORTER is "fluentd", which is left out. Known: otlp, console, none.'],
    });
  });

  it.each(['http://user:hunter2@loki:port', 'http://user:hun/ter2@loki', 'user:hunter2@loki:3100'])(
    'Log lines are written only to stdout if LOKI_URL is %s, with a warning without its credentials',
    (url) => {
      const { target, warnings } = chosen({}, url);
      expect(target).toBeUndefined();
      expect(warnings).toEqual([expect.stringMatching(/^LOKI_URL is "\(hidden\)" /)]);
      expect(warnings.join()).not.toMatch(/hun|ter2/);
    },
  );

  it('Log lines are written only to stdout if LOKI_URL is no URL, with a warning', () => {
    expect(chosen({}, 'not a url')).toEqual({
      target: undefined,
      warnings: [expect.stringMatching(/^LOKI_URL is "not a url" \(.*\); log lines go to stdout only/)],
    });
  });
});
