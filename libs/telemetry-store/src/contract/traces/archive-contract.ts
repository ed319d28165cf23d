import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import type { Trace } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resourceSpans,
  span,
  spanId,
  trace,
  traceId,
} from '@lantern/telemetry-model/testing';
import { ArchiveFullError } from '../../archive-full-error.js';
import type { TraceStore } from '../../trace-store.js';
import { contentOf } from '../trace-content.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Traces that are kept for good. */
export const archivesTraces = (subject: TraceStoreSubject): void => {
  describe('Archive', () => {
    const wordy = (n: number, part = 1): Trace =>
      trace(
        resourceSpans(
          `service-${n}`,
          span({
            traceId: traceId(n),
            spanId: spanId(part),
            startUnixNano: T0 + millis(n + part),
            attributes: attributes({ payload: `${n} ${part} `.repeat(100) }),
          }),
        ),
      );

    /** Room for some hundred traces. */
    let small: TraceStore;
    const append = (one: Trace): Promise<void> =>
      small.append(checkTraceRequest(encodeTraceRequest(one.resourceSpans)));
    const fillUp = async (from = 1_000): Promise<void> => {
      for (let n = from; n < from + 300; n++) await append(wordy(n));
    };

    beforeEach(async () => {
      for (let n = 1; n <= 100; n++) {
        await subject.store.append(checkTraceRequest(encodeTraceRequest(wordy(n).resourceSpans)));
      }
      const { bytes } = await subject.store.stats();
      small = await subject.create({ maxBytes: bytes });
    });

    afterEach(() => small.close());

    it('An archived trace is found by its ID as long as the store exists, and by no other query', async () => {
      await append(wordy(1));
      await append(wordy(2));
      expect(await small.archiveTrace(traceId(1))).toBe(true);
      await fillUp();
      expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(wordy(1)));
      expect(await small.getTrace(traceId(2))).toBeUndefined();
      expect(await small.services()).not.toContain('service-1');
      expect(await small.findTraces({ service: 'service-1', range: RANGE, limit: 10 })).toEqual([]);
    });

    it('An archived trace includes spans that arrive after it was archived', async () => {
      await append(wordy(1));
      await small.archiveTrace(traceId(1));
      await append(wordy(1, 2));
      await fillUp();
      await append(wordy(1, 3));
      await append(wordy(1, 1));
      const whole = trace(
        ...wordy(1).resourceSpans,
        ...wordy(1, 2).resourceSpans,
        ...wordy(1, 3).resourceSpans,
      );
      expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(whole));
      await fillUp(2_000);
      expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(whole));
    });

    it('A trace that is archived repeatedly is stored once', async () => {
      await append(wordy(1));
      await small.archiveTrace(traceId(1));
      const { bytes } = await small.stats();
      expect(await small.archiveTrace(traceId(1))).toBe(true);
      expect((await small.stats()).bytes).toBe(bytes);
      expect(contentOf(await small.getTrace(traceId(1)))).toEqual(contentOf(wordy(1)));
      await fillUp();
      expect(await small.archiveTrace(traceId(1))).toBe(true);
    });

    it('Archiving returns false when there is no such trace', async () => {
      expect(await small.archiveTrace(traceId(1))).toBe(false);
      expect(await small.getTrace(traceId(1))).toBeUndefined();
    });

    it('Archived traces have a limit that leaves room for new traces', async () => {
      const archived: number[] = [];
      const archiveAll = async (): Promise<void> => {
        for (let n = 1; n <= 300; n++) {
          await append(wordy(n));
          await small.archiveTrace(traceId(n));
          archived.push(n);
        }
      };
      await expect(archiveAll()).rejects.toThrow(ArchiveFullError);
      await fillUp();
      for (const n of archived) {
        expect(contentOf(await small.getTrace(traceId(n)))).toEqual(contentOf(wordy(n)));
      }
      expect(contentOf(await small.getTrace(traceId(1_299)))).toEqual(contentOf(wordy(1_299)));
      const { bytes } = await small.stats();
      expect(bytes).toBeLessThanOrEqual((await subject.store.stats()).bytes);
    });
  });
};
