import { describe, expect, it } from '@jest/globals';
import { shutdownTelemetry, takeShutdown } from './shutdown.js';

describe('shutdownTelemetry()', () => {
  it('does nothing where nothing was started', async () => {
    await expect(shutdownTelemetry()).resolves.toBeUndefined();
  });

  it('runs once, however often it is called', async () => {
    let runs = 0;
    takeShutdown(
      async () => {
        runs++;
      },
      () => undefined,
    );
    await Promise.all([shutdownTelemetry(), shutdownTelemetry()]);
    await shutdownTelemetry();
    expect(runs).toBe(1);
  });

  it('keeps its deadline when a backend never answers, and tells that it was late', async () => {
    const outcomes: boolean[] = [];
    takeShutdown(
      () => new Promise(() => undefined),
      (late) => void outcomes.push(late),
    );
    await shutdownTelemetry(10);
    expect(outcomes).toEqual([true]);
  });

  it('does not reject when the backend is down', async () => {
    takeShutdown(
      () => Promise.reject(new Error('ECONNREFUSED')),
      () => undefined,
    );
    await expect(shutdownTelemetry()).resolves.toBeUndefined();
  });
});
