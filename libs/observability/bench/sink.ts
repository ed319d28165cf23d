// Takes OTLP over HTTP and throws it away, in a process of its own, having counted the spans.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let spans = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/v1/traces') spans += countSpans(Buffer.concat(chunks));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ type: 'ready', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('message', () => process.send?.({ type: 'spans', spans }));
process.once('disconnect', () => process.exit());

/** ExportTraceServiceRequest.resource_spans (1) holds scope_spans (2), which hold the spans (2). */
const countSpans = (body: Buffer): number => {
  let count = 0;
  eachField(body, 0, body.length, 1, (from, to) =>
    eachField(body, from, to, 2, (scopeFrom, scopeTo) =>
      eachField(body, scopeFrom, scopeTo, 2, () => count++),
    ),
  );
  return count;
};

const eachField = (
  body: Buffer,
  from: number,
  to: number,
  wanted: number,
  visit: (from: number, to: number) => void,
): void => {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = body[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < to) {
    const tag = varint();
    // On these three levels every field is length-delimited.
    if ((tag & 7) !== 2) throw new Error(`Wire type ${tag & 7} where a message was expected`);
    const length = varint();
    if (tag >> 3 === wanted) visit(at, at + length);
    at += length;
  }
};
