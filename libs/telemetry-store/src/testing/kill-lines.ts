import type { LogStream } from '@lantern/telemetry-model';
import { T0, millis, traceId } from '@lantern/telemetry-model/testing';

export const LINES_OF_A_KILL = 6;

/** The log lines that stand for a number, of three services. */
export const killLines = (n: number): LogStream[] =>
  ['api-gateway', 'order-service', 'user-service'].map((service, s) => ({
    labels: { service },
    entries: [0, 1].map((i) => ({
      timeUnixNano: T0 + millis(10 * n + 3 * i + s),
      line: `{"order":${n},"line":${i}}`,
      structuredMetadata: { trace_id: traceId(n), detected_level: i === 0 ? 'info' : 'error' },
    })),
  }));
