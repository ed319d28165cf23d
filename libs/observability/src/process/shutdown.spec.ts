import { describe, expect, it } from '@jest/globals';
import { type Shutdown, shutdownTelemetry, takeShutdown } from './shutdown.js';

const never = (): Promise<void> => new Promise(() => undefined);

const take = (shutdown: Partial<Shutdown>): void =>
  takeShutdown({ run: async () => undefined, isHopeless: () => false, done: () => undefined, ...shutdown });

describe('shutdownTelemetry()', () => {
  it('shutdownTelemetry() does nothing if telemetry was not started', async () => {
    await expect(shutdownTelemetry()).resolves.toBeUndefined();
  });

  it('shutdownTelemetry() runs once for any number of calls', async () => {
    let runs = 0;
    take({
      run: async () => {
        runs++;
      },
    });
    await Promise.all([shutdownTelemetry(), shutdownTelemetry()]);
    await shutdownTelemetry();
    expect(runs).toBe(1);
  });

  it('shutdownTelemetry() meets its deadline when a backend never responds, and reports the timeout', async () => {
    const outcomes: boolean[] = [];
    take({ run: never, done: (late) => outcomes.push(late) });
    await shutdownTelemetry(10);
    expect(outcomes).toEqual([true]);
  });

  it('shutdownTelemetry() waits less for a backend that is known to be unavailable', async () => {
    take({ run: never, isHopeless: () => true });
    const before = performance.now();
    await shutdownTelemetry(60_000);
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('shutdownTelemetry() does not reject when the backend is down', async () => {
    const outcomes: boolean[] = [];
    take({ run: () => Promise.reject(new Error('ECONNREFUSED')), done: (late) => outcomes.push(late) });
    await expect(shutdownTelemetry()).resolves.toBeUndefined();
    expect(outcomes).toEqual([false]);
  });
});
