/**
 * `nx bench:peers lantern [--spans=200000] [--lines=300000]`: Lantern beside the real Jaeger, Loki and Prometheus, with
 * the same input. `JAEGER_BIN`, `LOKI_BIN` and `PROMETHEUS_BIN` name the binaries; README.md says how to get them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { disconnect } from '../client.ts';
import { besideJaeger } from './beside-jaeger.ts';
import { besideLoki } from './beside-loki.ts';
import { besidePrometheus } from './beside-prometheus.ts';
import { Ratios } from './ratios.ts';

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '200000' },
    lines: { type: 'string', default: '300000' },
  },
});
const spans = Number(values.spans);
const lines = Number(values.lines);

const folder = mkdtempSync(join(tmpdir(), 'lantern-peers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const load = loadavg().map((average) => average.toFixed(1));
process.stdout.write(`\nNode ${process.version}, load average ${load.join(' ')}\n`);

const ratios = new Ratios();
for (const [variable, rows, measure] of [
  ['JAEGER_BIN', 'ingest over HTTP and gRPC, trace by ID, search', besideJaeger],
  ['LOKI_BIN', 'push and LogQL queries', besideLoki],
  ['PROMETHEUS_BIN', 'call rates', besidePrometheus],
] as const) {
  const binary = process.env[variable];
  if (binary) await measure(ratios, { binary, folder, spans, lines });
  else process.stdout.write(`\n${variable} is not set: no rows for ${rows}. See bench/peers/README.md.\n`);
}
disconnect();
