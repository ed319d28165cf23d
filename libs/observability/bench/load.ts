import { type Socket, connect } from 'node:net';

const CONNECTIONS = 8;
const DEADLINE_MILLIS = 60_000;

/**
 * Sends the request `count` times over a few connections that stay open, each waiting for its answer, and returns how
 * long that took in milliseconds. Plain sockets, so that the generator uses little of the machine. Fails
 * at an answer with another status, and after a minute.
 */
export const sendRequests = async (url: string, request: HttpRequest, count: number): Promise<number> => {
  const { hostname, port, host } = new URL(url);
  const { method = 'GET', path, body = '' } = request;
  const text =
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: bench\r\naccept: */*\r\n` +
    (body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`) +
    `\r\n${body}`;
  let left = count;
  const takeOne = (): boolean => left-- > 0;
  const started = performance.now();
  const sockets: Socket[] = [];
  try {
    await Promise.all(
      Array.from({ length: CONNECTIONS }, () => {
        const socket = connect(Number(port), hostname);
        sockets.push(socket);
        return exchange(socket, text, request.status ?? 200, takeOne);
      }),
    );
  } finally {
    for (const socket of sockets) socket.destroy();
  }
  return performance.now() - started;
};

export interface HttpRequest {
  method?: string;
  path: string;
  body?: string;
  /** Expected of each answer. Default: 200. */
  status?: number;
}

const exchange = (socket: Socket, request: string, status: number, takeOne: () => boolean): Promise<void> => {
  return new Promise((resolve, reject) => {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.setTimeout(DEADLINE_MILLIS, () => reject(new Error('No answer within a minute')));
    const next = (): void => {
      if (takeOne()) socket.write(request);
      else resolve();
    };
    let received = '';
    socket.on('data', (chunk: string) => {
      received += chunk;
      const headEnd = received.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const length = /content-length: (\d+)/i.exec(received)?.[1];
      if (length === undefined) {
        reject(new Error(`An answer without a length:\n${received}`));
        return;
      }
      if (received.length < headEnd + 4 + Number(length)) return;
      if (!received.startsWith(`HTTP/1.1 ${status}`)) {
        reject(new Error(`Not answered with ${status}:\n${received}`));
        return;
      }
      received = '';
      next();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The connection was closed')));
    socket.once('connect', next);
  });
};
