import { randomUUID } from 'node:crypto';
import type { SystemUrls } from './system.js';
import { waitFor } from './wait.js';

export interface DemoOrder {
  readonly product: string;
  readonly status: number;
  readonly traceId: string;
}

interface SearchAnswer {
  readonly data: readonly { readonly traceID: string }[];
}

const sendOrder = async ({ gateway, jaeger }: SystemUrls, product: string): Promise<DemoOrder> => {
  const correlationId = randomUUID();
  const response = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationId },
    body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
  });
  await response.text();
  const search = new URLSearchParams({
    service: 'api-gateway',
    tags: JSON.stringify({ correlation_id: correlationId }),
  });
  const traceId = await waitFor(`the trace of the order for ${product}`, async () => {
    const { data } = (await (
      await fetch(`${jaeger}/api/traces?${search.toString()}`)
    ).json()) as SearchAnswer;
    return data[0]?.traceID;
  });
  return { product, status: response.status, traceId };
};

/** Sends the tutorial's two orders: one that succeeds, and one whose payment fails. */
export const sendDemoOrders = async (urls: SystemUrls): Promise<DemoOrder[]> => [
  await sendOrder(urls, 'laptop'),
  await sendOrder(urls, 'fail_product'),
];
