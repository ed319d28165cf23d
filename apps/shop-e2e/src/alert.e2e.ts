import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TemporarySystem, waitFor } from '@lantern/launcher';

const RULES = fileURLToPath(new URL('../../../docker/prometheus/rules/red.yml', import.meta.url));

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
}

interface Trace {
  readonly traceID: string;
  readonly spans: readonly {
    readonly operationName: string;
    readonly tags: readonly { readonly key: string; readonly value: unknown }[];
  }[];
}

interface Streams {
  readonly result: readonly { readonly values: readonly (readonly [time: string, line: string])[] }[];
}

describe('five orders whose payment fails', () => {
  let system: TemporarySystem;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-rules-'));
    // The rules of docker/, without their waiting times.
    const rules = (await readFile(RULES, 'utf8'))
      .replaceAll('interval: 15s', 'interval: 1s')
      .replaceAll(/^( +for:) .*$/gm, '$1 1s');
    await writeFile(join(folder, 'red.yml'), rules);
    system = await TemporarySystem.start({}, { rules: join(folder, 'red.yml'), scrapeInterval: '500ms' });
  });

  afterAll(async () => {
    await system.stop();
    await rm(folder, { recursive: true });
  });

  const get = async <Data>(path: string): Promise<Data> => {
    const response = await fetch(`${system.urls.prometheus}/api/v1${path}`);
    return ((await response.json()) as { readonly data: Data }).data;
  };

  const order = async (product: string): Promise<number> => {
    const response = await fetch(`${system.urls.gateway}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
    });
    await response.text();
    return response.status;
  };

  /** Waits until a scrape has counted this many orders. */
  const countedOrders = (count: number) => {
    const query =
      'sum(http_server_request_duration_seconds_count{service="order-service",http_route="/orders"})';
    return waitFor(`${count} scraped orders`, async () => {
      const { result } = await get<{
        readonly result: readonly { readonly value: readonly [number, string] }[];
      }>(`/query?query=${encodeURIComponent(query)}`);
      return Number(result[0]?.value[1] ?? 0) >= count ? true : undefined;
    });
  };

  it('raise the alarm, which names order-service', async () => {
    // A rate needs a sample from before the failures.
    expect(await order('laptop')).toBe(201);
    await countedOrders(1);
    for (let failures = 1; failures <= 5; failures++) {
      expect(await order('fail_product')).toBe(504);
      // The series of failed requests begins with the first one, so that each one is scraped on its own.
      await countedOrders(1 + failures);
    }
    const alert = await waitFor('the alarm', async () => {
      const { alerts } = await get<{ readonly alerts: readonly Alert[] }>('/alerts');
      return alerts.find(({ labels, state }) => labels.service === 'order-service' && state === 'firing');
    });
    expect(alert.labels).toEqual({
      alertname: 'HighErrorRate',
      service: 'order-service',
      severity: 'critical',
    });
    expect(alert.annotations.summary).toMatch(/^order-service: [\d.]+% of requests fail \(more than 5%\)$/);
    expect(alert.annotations.traces).toContain('/search?service=order-service');
  });

  it('lead from the alert to a failed trace, and from its ID to the log line with the stack', async () => {
    const jaeger = `${system.urls.jaeger}/api/traces?service=order-service&tags=${encodeURIComponent('{"error":"true"}')}`;
    const { data: traces } = (await (await fetch(jaeger)).json()) as { readonly data: readonly Trace[] };
    expect(traces).toHaveLength(5);
    const [trace] = traces;
    if (!trace) throw new Error('No trace');
    const failed = trace.spans.filter(({ tags }) =>
      tags.some(({ key, value }) => key === 'error' && value === true),
    );
    expect(failed.map(({ operationName }) => operationName)).toContain('calculate_total');

    const params = { query: '{service_name="order-service"} | json | trace_id="' + trace.traceID + '"' };
    const loki = `${system.urls.loki}/loki/api/v1/query_range?${new URLSearchParams(params).toString()}`;
    const { data: lines } = (await (await fetch(loki)).json()) as { readonly data: Streams };
    const texts = lines.result.flatMap(({ values }) => values.map(([, line]) => line)).join('\n');
    expect(texts).toContain('Payment processing failed');
    expect(texts).toContain('Payment gateway timeout: Unable to reach provider');
    expect(texts).toMatch(/\\n +at .*\.js:\d+/);
  });

  it('leave no rule that cannot be evaluated, and no target that is down', async () => {
    const { groups } = await get<{
      readonly groups: readonly { readonly rules: readonly { readonly health: string }[] }[];
    }>('/rules');
    expect(groups.flatMap(({ rules }) => rules.map(({ health }) => health))).toEqual(Array(8).fill('ok'));
    const { activeTargets } = await get<{ readonly activeTargets: readonly { readonly health: string }[] }>(
      '/targets',
    );
    expect(activeTargets.map(({ health }) => health)).toEqual(['up', 'up', 'up']);
  });
});
