// A process to be killed: appends order traces, their log lines and samples from a number on, one a request, several at once,
// and says each number once all are acknowledged.
import { writeSync } from 'node:fs';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { openBlockStore } from '../block-store.js';
import { killLines } from './kill-lines.js';
import { killSamples } from './kill-samples.js';
import { killTrace } from './kill-trace.js';

const [folder = '', first = '1', durability] = process.argv.slice(2);

const { traces, logs, metrics } = openBlockStore({
  folder,
  durability: durability === 'power' ? 'power' : 'process',
  // Small enough that blocks are sealed and segments are discarded all the time.
  spansPerBlock: 200,
  linesPerBlock: 150,
  samplesPerBlock: 170,
  segmentBytes: 64 * 1024,
  sweepMillis: 20,
});
writeSync(1, 'open\n');

let next = Number(first);
const appendForEver = async (): Promise<never> => {
  for (;;) {
    const n = next++;
    await Promise.all([
      traces.append(checkTraceRequest(encodeTraceRequest(killTrace(n).resourceSpans))),
      logs.append(killLines(n)),
      metrics.append(killSamples(n)),
    ]);
    writeSync(1, `${n}\n`);
  }
};
await Promise.all(Array.from({ length: 4 }, appendForEver));
