// Makes the workload in a process of its own, so that the figures are those of the engine: writes each request to its
// standard output, behind its length.
import { once } from 'node:events';
import { shopRequests } from '../src/testing/shop-workload.js';

const [spans, batchSpans] = process.argv.slice(2).map(Number);
for (const request of shopRequests({ spans: spans ?? 0, batchSpans: batchSpans ?? 512 })) {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, request.length, true);
  process.stdout.write(length);
  if (!process.stdout.write(request)) await once(process.stdout, 'drain');
}
