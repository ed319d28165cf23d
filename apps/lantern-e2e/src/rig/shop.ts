import { randomUUID } from 'node:crypto';
import { waitFor } from '@lantern/launcher';

const url = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run the suite through \`nx e2e\`.`);
  return value;
};

export const uiUrl = (): string => url('JAEGER_URL');

/** Makes the gateway call user-service. */
export const readUser = async (): Promise<void> => {
  await (await fetch(`${url('GATEWAY_URL')}/users/1`)).text();
};

/** Sends an order through the gateway. Resolves with the ID of its trace when all its spans have arrived. */
export const tracedOrder = async (product: string, spanCount: number): Promise<string> => {
  const correlationId = randomUUID();
  const response = await fetch(`${url('GATEWAY_URL')}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-correlation-id': correlationId },
    body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
  });
  await response.text();
  const search = new URLSearchParams({
    service: 'api-gateway',
    tags: JSON.stringify({ correlation_id: correlationId }),
  });
  return waitFor(`the trace of the order for ${product}`, async () => {
    const answer = await fetch(`${uiUrl()}/api/traces?${search.toString()}`);
    const { data } = (await answer.json()) as {
      data: readonly { traceID: string; spans: readonly unknown[] }[];
    };
    return data[0]?.spans.length === spanCount ? data[0].traceID : undefined;
  });
};
