import { describe, expect, it } from '@jest/globals';
import { traced } from '@lantern/trace-testing/jest';
import { environment } from './rig/environment.js';
import { order } from './rig/shop.js';

interface FoundTrace {
  readonly traceID: string;
  readonly spans: readonly unknown[];
}

/** Searches as the tutorial does. */
const search = async (tags: Readonly<Record<string, string>>): Promise<readonly FoundTrace[]> => {
  const query = new URLSearchParams({ service: 'order-service', tags: JSON.stringify(tags) });
  const response = await fetch(`${environment.jaeger}/api/traces?${query.toString()}`);
  return ((await response.json()) as { readonly data: readonly FoundTrace[] }).data;
};

describe('a caller who has no trace ID', () => {
  it('finds the failed order among the traces with errors', async () => {
    const { trace } = await traced('order a product whose payment fails', (headers) =>
      order('fail_product', headers),
    );
    const found = (await search({ error: 'true' })).find(({ traceID }) => traceID === trace.traceId);
    expect(found?.spans).toHaveLength(9);
  });

  it('finds a trace by the correlation ID of the response, and no other trace', async () => {
    const { result, trace } = await traced('order a laptop', (headers) => order('laptop', headers));
    const found = await search({ correlation_id: result.correlationId });
    expect(found.map(({ traceID }) => traceID)).toEqual([trace.traceId]);
  });
});
