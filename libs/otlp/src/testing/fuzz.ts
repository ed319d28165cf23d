// `nx fuzz otlp [minutes]`: the long form of the agreement tests. A failure names the seed that repeats it.
import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { encodeTraceRequest } from '../trace/protobuf/encode-trace-request.js';
import { assertAgreement, type Verdict } from './agreement.js';
import { anyDamagedRequest } from './damaged-request.js';
import { requestOfSpan } from './wire.js';

const minutes = Number(process.argv[2] ?? 10);

/** A request that takes longer than this hangs, as far as a sender can tell. Of the processor's time: others use it too. */
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
    .join(', ')}; nothing crashed, hung or was read wrongly.\n`,
);
