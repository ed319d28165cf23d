// Agent between a service and Lantern, as teams run collectors: forwards OTLP over HTTP. The flake test stops and kills it.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const { AGENT_TARGET = '' } = process.env;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    fetch(AGENT_TARGET + (request.url ?? ''), {
      method: 'POST',
      headers: { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) },
      body: Buffer.concat(chunks),
    })
      .then(async (answer) => {
        const body = Buffer.from(await answer.arrayBuffer());
        response
          .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          .end(body);
      })
      .catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
process.send?.({ type: 'ready', urls: { http: `http://127.0.0.1:${port}` } });
