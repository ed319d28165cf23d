/**
 * `nx bench:metrics lantern [--series=10000] [--hours=2]`: the metrics part of the benchmark, see `measure-metrics.ts`.
 * Requires the build (`nx build lantern`).
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { disconnect } from '../client.ts';
import { Figures } from '../figures.ts';
import { measureMetrics } from './measure-metrics.ts';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '10000' },
    hours: { type: 'string', default: '2' },
  },
});
const load = loadavg()
  .map((average) => average.toFixed(1))
  .join(' ');
process.stdout.write(`\nNode ${process.version}, load average ${load}\n`);
const figures = new Figures();
figures.heading(`Metrics: ${values.series} series, ${values.hours} h of samples each 15 s`);
await measureMetrics(figures, { series: Number(values.series), hours: Number(values.hours) });
disconnect();
