import { type IncomingMessage, type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RunningServer {
  url: string;
  port: number;
  close: () => Promise<void>;
}

/** Starts an HTTP server on the loopback, on a free port by default. Closing it also breaks requests in progress. */
export const startServer = async (listener: RequestListener, onPort = 0): Promise<RunningServer> => {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** Port without a listener. */
export const closedPort = async (): Promise<number> => {
  const { port, close } = await startServer(() => undefined);
  await close();
  return port;
};

export const readBytes = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

export const readBody = async (request: IncomingMessage): Promise<string> => {
  return (await readBytes(request)).toString();
};
