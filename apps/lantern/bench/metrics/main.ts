/**
 * `nx bench:metrics lantern [--series=10000] [--hours=7] [--start-samples=0]`: the metrics part of the benchmark, see
 * `measure-metrics.ts`. With `--start-samples=100000000` also the start with so many samples, which takes minutes to write.
 * Requires the build (`nx build lantern`).
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { disconnect } from '../client.ts';
import { Figures } from '../figures.ts';
import { measureMetrics } from './measure-metrics.ts';
import { measureStart } from './measure-start.ts';

const { values } = parseArgs({
  options: {
    series: { type: 'string', default: '10000' },
    hours: { type: 'string', default: '7' },
    'start-samples': { type: 'string', default: '0' },
  },
});
const load = loadavg()
  .map((average) => average.toFixed(1))
  .join(' ');
process.stdout.write(`\nNode ${process.version}, load average ${load}\n`);
const figures = new Figures();
figures.heading(`Metrics: ${values.series} series, ${values.hours} h of samples each 15 s`);
await measureMetrics(figures, { series: Number(values.series), hours: Number(values.hours) });
const startSamples = Number(values['start-samples']);
if (startSamples > 0) await measureStart(figures, Number(values.series), startSamples);
disconnect();
