// `nx fuzz otlp [minutes]`: the agreement tests with many more runs. A failure prints the seed that repeats it.
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { encodeTraceRequest } from '../trace/protobuf/encode-trace-request.js';
import { assertAgreement, type Verdict } from './agreement.js';
import { anyDamagedRequest } from './damaged-request.js';
import { requestOfSpan } from './wire.js';

const minutes = Number(process.argv[2] ?? 10);

/** Limit on the CPU time of one request: beyond it, an exporter's request would hang. */
const MAX_CPU_MICROS = 1_000_000;

const anyRequest = fc.oneof(
  { weight: 8, arbitrary: anyDamagedRequest },
  { weight: 1, arbitrary: anyResourceSpans.map(encodeTraceRequest) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => requestOfSpan([...bytes])) },
);

const counts: Record<Verdict, number> = { agreed: 0, rejected: 0, 'not compared': 0 };
fc.assert(
  fc.property(anyRequest, (request) => {
    const begun = process.cpuUsage();
    counts[assertAgreement(request)]++;
    if (process.cpuUsage(begun).user > MAX_CPU_MICROS)
      throw new Error(`${request.length} bytes took too long`);
  }),
  { numRuns: 1e9, interruptAfterTimeLimit: minutes * 60_000, markInterruptAsFailure: false },
);
process.stdout.write(
  `${minutes} minutes: ${Object.entries(counts)
    .map(([verdict, count]) => `${count.toLocaleString('en')} ${verdict}`)
    .join(', ')}; no crash, no hang, no disagreement.\n`,
);
