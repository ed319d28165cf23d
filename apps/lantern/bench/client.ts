import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

export interface Reply {
  readonly status: number;
  /** Body as received, still compressed. */
  readonly body: Buffer;
  readonly encoding: string;
  /** Time from the request to the last byte of the response. */
  readonly millis: number;
}

/** Sends one request over a connection that stays open. */
export const ask = (
  url: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: Uint8Array } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    const asked = request(
      url,
      {
        agent,
        method: body ? 'POST' : 'GET',
        headers: { ...headers, ...(body && { 'content-length': body.length }) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body: Buffer.concat(chunks),
            encoding: response.headers['content-encoding'] ?? '',
            millis: performance.now() - begun,
          }),
        );
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });

/** As {@link ask}. @throws for a response that is not successful */
export const demand = async (...args: Parameters<typeof ask>): Promise<Reply> => {
  const reply = await ask(...args);
  if (reply.status >= 300)
    throw new Error(`${args[0]}: ${reply.status} ${reply.body.toString().slice(0, 300)}`);
  return reply;
};

/** Sends items over `atOnce` concurrent workers. Each one waits for the acknowledgement of its request. */
export const sendAll = async <Item>(
  items: Iterable<Item>,
  atOnce: number,
  send: (item: Item, index: number) => Promise<unknown>,
): Promise<void> => {
  const iterator = items[Symbol.iterator]();
  let index = 0;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next())
      await send(next.value, index++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

export const disconnect = (): void => agent.destroy();
