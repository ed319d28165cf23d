import type { TestTrace, TracedFunction, TracedOptions } from '@lantern/trace-testing';

export interface TracedOrder {
  readonly trace: TestTrace;
  /** Time, in milliseconds, from the end of the request until its trace was returned. */
  readonly millis: number;
}

/** Orders a laptop at a service of the shop, and waits for the trace. */
export const tracedOrder = async (
  traced: TracedFunction,
  service: string,
  options: TracedOptions = {},
): Promise<TracedOrder> => {
  const { result, trace } = await traced(
    'order a laptop',
    async (headers) => {
      const response = await fetch(`${service}/orders`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: '1', product: 'laptop', quantity: 1 }),
      });
      await response.arrayBuffer();
      if (response.status !== 201) throw new Error(`The order was answered with ${response.status}.`);
      return performance.now();
    },
    options,
  );
  return { trace, millis: performance.now() - result };
};
