import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

/** HTTP/1.1 request as it is on the wire: header lines with their order, case, repetition and white space. */
export interface RawRequest {
  /** Header lines such as `TraceParent: 00-…`, without line breaks. */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface RawServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Responds to each request with the status that the function returns, or with 500 and the message that it throws. */
export const serveRaw = async (answer: (request: RawRequest) => Promise<number>): Promise<RawServer> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
    void readRequest(socket)
      .then(async (request) => ({ status: await answer(request), body: '{}' }))
      .catch((error: unknown) => ({ status: 500, body: JSON.stringify(String(error)) }))
      .then(({ status, body }) =>
        socket.end(
          message(`HTTP/1.1 ${status} `, ['Content-Type: application/json', 'Connection: close'], body),
        ),
      );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
};

/** Headers of a single connection: RFC 9110, sections 7.2 and 7.6.1, RFC 9112, section 6.2. */
const ownOfAHop = /^(host|content-length|connection):/i;

/** Posts to the URL with these headers, except those of the connection; returns the status of the response. */
export const postRaw = async (url: string, { headers, body }: RawRequest): Promise<number> => {
  const { hostname, port, host, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const own = [`Host: ${host}`, 'Connection: close'];
  socket.write(
    message(`POST ${pathname} HTTP/1.1`, [...own, ...headers.filter((line) => !ownOfAHop.test(line))], body),
  );
  const answer = await text(socket);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  if (status === undefined) throw new Error(`${url} gave no answer: ${answer}`);
  return Number(status);
};

const message = (start: string, headers: readonly string[], body: string): string =>
  [start, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');

const readRequest = async (socket: Socket): Promise<RawRequest> => {
  let received = '';
  socket.setEncoding('latin1');
  // The response is written to the socket, so the loop must not destroy it.
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    received += String(chunk);
    const headEnd = received.indexOf('\r\n\r\n');
    if (headEnd === -1) continue;
    const [, ...headers] = received.slice(0, headEnd).split('\r\n');
    const length = headers.map((line) => /^content-length:\s*(\d+)/i.exec(line)?.[1]).find(Boolean);
    const body = received.slice(headEnd + 4);
    if (body.length >= Number(length ?? 0)) return { headers, body };
  }
  throw new Error(`The connection ended in the middle of a request:\n${received}`);
};
