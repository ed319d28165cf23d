import { beforeEach, describe, expect, it } from '@jest/globals';
import { StatusCode, type Span } from '@lantern/telemetry-model';
import {
  T0,
  attributes,
  millis,
  resourceSpans,
  span,
  spanId,
  traceId,
} from '@lantern/telemetry-model/testing';
import type { TraceCursor, TraceQuery } from '../../trace-store.js';
import { RANGE, type TraceStoreSubject } from './trace-store-subject.js';

/** Pages and totals, and conditions on a trace as a whole. */
export const pagesAnswers = (subject: TraceStoreSubject): void => {
  describe('Pages', () => {
    const start = (id: number, at: number, fields: Partial<Span> = {}) =>
      resourceSpans('web', span({ traceId: traceId(id), startUnixNano: T0 + millis(at), ...fields }));

    beforeEach(() => subject.append(start(1, 1), start(2, 2), start(3, 2), start(4, 3)));

    it('A page begins after the last place of the previous page', async () => {
      const after = (startUnixNano: bigint, id: number) => ({ startUnixNano, traceId: traceId(id) });
      expect(await subject.findIds({ limit: 2 })).toEqual([4, 2]);
      expect(await subject.findIds({ limit: 2, after: after(T0 + millis(2), 2) })).toEqual([3, 1]);
      expect(await subject.findIds({ limit: 2, after: after(T0 + millis(1), 1) })).toEqual([]);
      // The place need not be that of a trace: what stood there may be gone.
      expect(await subject.findIds({ after: after(T0 + millis(2.5), 9) })).toEqual([2, 3, 1]);
    });

    it('The count includes all pages', async () => {
      const query = { range: RANGE, limit: 1, after: { startUnixNano: T0, traceId: traceId(1) } };
      expect(await subject.store.countTraces(query)).toBe(4);
      expect(await subject.store.countTraces({ ...query, operation: 'other' })).toBe(0);
    });
  });

  describe('Order of all matching traces', () => {
    const failed = { status: { code: StatusCode.error, message: '' } };
    const part = (trace: number, id: number, from: number, to: number, fields: Partial<Span> = {}) =>
      span({
        traceId: traceId(trace),
        spanId: spanId(id),
        startUnixNano: T0 + millis(from),
        endUnixNano: T0 + millis(to),
        ...fields,
      });

    beforeEach(async () => {
      // Trace 1 takes 50 ms in two services, 2 fails twice in 5 ms, 3 and 4 have one span of 9 ms.
      await subject.append(
        resourceSpans('web', part(1, 1, 0, 10), part(2, 1, 20, 25, failed), part(3, 1, 30, 39)),
      );
      await subject.append(
        resourceSpans('web', part(4, 1, 40, 49)),
        resourceSpans('orders', part(1, 2, 45, 50), part(2, 2, 21, 22, failed), part(2, 3, 22, 23)),
      );
    });

    it.each([
      ['recent', [1, 4, 3, 2]],
      ['oldest', [1, 2, 3, 4]],
      ['longest', [1, 4, 3, 2]],
      ['shortest', [2, 4, 3, 1]],
      ['mostSpans', [2, 1, 4, 3]],
      ['fewestSpans', [4, 3, 1, 2]],
      ['mostErrors', [2, 1, 4, 3]],
    ] as const)('Traces are ordered by %s, in pages of any size', async (orderBy, ids) => {
      expect(await subject.findIds({ orderBy })).toEqual(ids);
      expect(await subject.findIds({ orderBy, limit: 1 })).toEqual(ids.slice(0, 1));
      const paged: number[] = [];
      for (let after: TraceCursor | undefined; ;) {
        let last: TraceCursor | undefined;
        const query = { range: RANGE, limit: 1, orderBy, ...(after && { after }) };
        for await (const { trace, place } of subject.store.eachTrace(query)) {
          paged.push(Number.parseInt(trace.traceId, 16));
          last = place;
        }
        if (last === undefined) break;
        after = last;
      }
      expect(paged).toEqual(ids);
    });

    it('The order depends on the whole trace, whichever span matches', async () => {
      expect(await subject.findIds({ service: 'orders', orderBy: 'longest' })).toEqual([1, 2]);
      expect(await subject.findIds({ service: 'web', orderBy: 'mostSpans' })).toEqual([2, 1, 4, 3]);
    });
  });

  describe('Conditions on whole traces and inherited data', () => {
    it('Traces are found by the duration of the whole trace, whichever span matches', async () => {
      await subject.append(
        resourceSpans('web', span({ traceId: traceId(1), endUnixNano: T0 + millis(5) })),
        resourceSpans(
          'orders',
          span({ traceId: traceId(1), spanId: spanId(2), startUnixNano: T0 + millis(8) }),
          span({ traceId: traceId(2) }),
        ),
      );
      expect(await subject.findIds({ minTraceDurationNano: millis(9) })).toEqual([1]);
      expect(await subject.findIds({ service: 'web', minTraceDurationNano: millis(9) })).toEqual([1]);
      expect(await subject.findIds({ minTraceDurationNano: millis(9) + 1n })).toEqual([]);
      expect(await subject.findIds({ maxTraceDurationNano: millis(1) })).toEqual([2]);
      expect(
        await subject.store.countTraces({ range: RANGE, limit: 1, minTraceDurationNano: millis(9) }),
      ).toBe(1);
    });

    it('Traces are found by any condition on a span, its scope and its resource', async () => {
      await subject.append(
        resourceSpans('web', span({ traceId: traceId(1) })),
        resourceSpans('orders', span({ traceId: traceId(2), attributes: attributes({ size: 5n }) })),
      );
      const where: TraceQuery['where'] = ({ span: { attributes: own } }) =>
        own.some(({ key, value }) => key === 'size' && typeof value === 'bigint' && value > 4n);
      expect(await subject.findIds({ where })).toEqual([2]);
      expect(await subject.findIds({ where, service: 'web' })).toEqual([]);
    });

    it('Traces are found by the schema URL of a scope or a resource', async () => {
      const { scopeSpans, ...group } = resourceSpans('web', span({ traceId: traceId(1) }));
      await subject.append(
        {
          ...group,
          schemaUrl: 'of the resource',
          scopeSpans: scopeSpans.map((scopeGroup) => ({ ...scopeGroup, schemaUrl: 'of the scope' })),
        },
        resourceSpans('web', span({ traceId: traceId(2) })),
      );
      const where: TraceQuery['where'] = ({ resourceSchemaUrl, scopeSchemaUrl }) =>
        resourceSchemaUrl === 'of the resource' && scopeSchemaUrl === 'of the scope';
      expect(await subject.findIds({ where })).toEqual([1]);
    });

    it('A condition that throws ends the search with its error', async () => {
      await subject.append(
        resourceSpans('web', span({ traceId: traceId(1) }), span({ traceId: traceId(2) })),
      );
      const enough = new Error('enough');
      let seen = 0;
      const where: TraceQuery['where'] = () => {
        seen++;
        throw enough;
      };
      await expect(subject.findIds({ where })).rejects.toBe(enough);
      expect(seen).toBe(1);
      expect(await subject.findIds()).toEqual([1, 2]);
    });
  });
};
