import type { LogStream } from '@lantern/telemetry-model';
import { T0, millis } from '@lantern/telemetry-model/testing';
import fc from 'fast-check';
import type { LabelMatcher, LogQuery } from '../log-store.js';

/** Arbitraries over so few labels, lines and times that entries meet, repeat and match each other all the time. */

const label = fc.constantFrom('a', 'b', '');
const level = fc.constantFrom('a', 'b');
const trace = fc.constantFrom('t', 'u');

const anyStreams: fc.Arbitrary<LogStream[]> = fc.array(
  fc.record({
    labels: fc
      .record({ service: label, level: label, trace_id: trace }, { requiredKeys: [] })
      .map((some) => ({ ...some })),
    entries: fc.array(
      fc
        .record({
          ms: fc.nat(6),
          nanos: fc.constantFrom(0n, 0n, 1_000n, 1n),
          line: fc.constantFrom('x', 'xy', 'yx', '', 'a line with yx in it', 'größer 漢字'),
          metadata: fc.record({ trace_id: trace, level, '': level }, { requiredKeys: [] }),
        })
        .map(({ ms, nanos, line, metadata }) => ({
          timeUnixNano: T0 + millis(ms) + nanos,
          line,
          structuredMetadata: { ...metadata },
        })),
      { maxLength: 6 },
    ),
  }),
  { maxLength: 4 },
);

export const anyLogAppends = fc.array(anyStreams, { maxLength: 5 });

const anyMatcher: fc.Arbitrary<LabelMatcher> = fc
  .record({ name: fc.constantFrom('service', 'level', 'nothing'), text: label, equal: fc.boolean() })
  .map(({ name, text, equal }) => ({ name, matches: (value) => (value === text) === equal }));

export const anyLogQuery: fc.Arbitrary<LogQuery> = fc
  .record({
    matchers: fc.array(anyMatcher, { maxLength: 2 }),
    from: fc.nat(7),
    to: fc.nat(7),
    direction: fc.constantFrom('forward', 'backward'),
    lineContains: fc.array(fc.constantFrom('x', 'y', '', 'line with', '漢', 'absent'), { maxLength: 2 }),
    values: fc.record({ trace_id: trace, level }, { requiredKeys: [] }),
    fields: fc.constantFrom({ line: true }, { line: true, bytes: true }),
  })
  .map(({ from, to, ...query }) => ({
    ...query,
    range: { startUnixNano: T0 + millis(from), endUnixNano: T0 + millis(to) },
  }));
