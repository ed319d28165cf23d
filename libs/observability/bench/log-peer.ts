// The backend of the log-line benchmark: accepts pushes by Loki's API or OTLP, and counts requests and bytes.
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';

let requests = 0;
let bytes = 0;

const server = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => (bytes += chunk.length));
  request.on('end', () => {
    requests++;
    if (request.url === '/v1/logs')
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    else response.writeHead(204).end();
  });
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${port}` });
});
process.on('message', () => {
  process.send?.({ type: 'received', requests, bytes });
  requests = 0;
  bytes = 0;
});
process.once('disconnect', () => process.exit());
