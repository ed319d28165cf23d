import { TemporarySystem } from '@lantern/launcher';
import type { JaegerProcess } from './jaeger-process.js';

declare global {
  var systemUnderTest: TemporarySystem | undefined;
  /** Backend of the traces in `jest.jaeger.config.ts`. */
  var jaegerUnderTest: JaegerProcess | undefined;
}

/**
 * Starts the system on free ports with temporary data, unless `GATEWAY_URL`, `JAEGER_URL` and `LOKI_URL` all name a
 * running one.
 */
export default async (): Promise<void> => {
  const { GATEWAY_URL, JAEGER_URL, LOKI_URL } = process.env;
  if (GATEWAY_URL !== undefined && JAEGER_URL !== undefined && LOKI_URL !== undefined) {
    process.env.LANTERN_INSTRUMENTED ??= 'user-service,order-service';
    return;
  }
  if (GATEWAY_URL !== undefined || JAEGER_URL !== undefined || LOKI_URL !== undefined) {
    throw new Error(
      'Set all of GATEWAY_URL, JAEGER_URL and LOKI_URL to test a running system, or none of them.',
    );
  }
  const { urls } = (globalThis.systemUnderTest = await TemporarySystem.start());
  // The suites read them in their own processes.
  Object.assign(process.env, {
    GATEWAY_URL: urls.gateway,
    JAEGER_URL: urls.jaeger,
    LOKI_URL: urls.loki,
    OTLP_URL: urls.otlp,
    LANTERN_INSTRUMENTED: [urls.userService, urls.orderService].join(','),
  });
};
