import { anyResourceSpans } from '@lantern/telemetry-model/testing/arbitraries';
import fc from 'fast-check';
import { encodeTraceRequest } from '../trace/protobuf/encode-trace-request.js';

/** One fault in transit: a byte changes, a part is missing, or a part occurs twice. */
const damage = fc.record({
  kind: fc.constantFrom('change', 'cut', 'remove', 'repeat'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.integer({ min: 1, max: 30 }),
  byte: fc.integer({ min: 0, max: 255 }),
});

const damaged = (
  bytes: Uint8Array,
  { kind, at, length, byte }: { kind: string; at: number; length: number; byte: number },
): Uint8Array => {
  const position = Math.floor(at * bytes.length);
  const before = bytes.subarray(0, position);
  const after = bytes.subarray(position);
  switch (kind) {
    case 'change':
      return Uint8Array.from(bytes, (value, i) => (i === position ? byte : value));
    case 'cut':
      return before;
    case 'remove':
      return Buffer.concat([before, after.subarray(length)]);
    default:
      return Buffer.concat([before, after.subarray(0, length), after]);
  }
};

/** Messages with one to three faults. */
export const anyDamaged = (message: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(message, fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([bytes, damages]) => damages.reduce(damaged, bytes));

export const anyDamagedRequest = anyDamaged(anyResourceSpans.map(encodeTraceRequest));
