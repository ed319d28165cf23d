import type { Trace } from '@lantern/telemetry-model';
import { T0, millis, orderTrace, traceId } from '@lantern/telemetry-model/testing';

/** The trace that stands for a number. */
export const killTrace = (n: number): Trace =>
  orderTrace({ traceId: traceId(n), startUnixNano: T0 + millis(n) });
