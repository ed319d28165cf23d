/**
 * `nx bench:logs lantern [--lines=1000000] [--spans=2000000]`: only the logs part of the benchmark, see `measure-logs.ts`.
 * Requires the build (`nx build lantern`).
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { disconnect } from '../client.ts';
import { Figures } from '../figures.ts';
import { measureLogs, scaleOf } from './measure-logs.ts';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '1000000' },
    spans: { type: 'string', default: '2000000' },
  },
});
const scale = { lines: Number(values.lines), spans: Number(values.spans) };
const load = loadavg()
  .map((average) => average.toFixed(1))
  .join(' ');
process.stdout.write(`\nNode ${process.version}, load average ${load}\n`);
const figures = new Figures();
figures.heading(`Logs: ${scaleOf(scale)}`);
await measureLogs(figures, scale);
disconnect();
