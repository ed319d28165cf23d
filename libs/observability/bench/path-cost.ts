import { Child, type Message, program } from './child.js';
import type { AddedCpu } from './http-cost.js';
import { sendingTo, traced, withAccessLine } from './http-variants.js';
import type { PathCost } from './request-path.js';
import { median, shuffled } from './statistics.js';
import { format, printTable } from './table.js';

interface Ready extends Message {
  type: 'ready';
  url: string;
}

// The interceptor would run in the blocks without tracing too.
const variants = [...traced, withAccessLine];

/** Batches are sent on request, so that their cost can be separated from that of the requests. */
const NEVER_MILLIS = 600_000;

/**
 * Measures the cost that tracing adds to a request within one process, in microseconds of CPU, as `request-path.ts` does it: in
 * each round each variant in a process of its own, in random order.
 */
export const measurePath = async (framework: string, rounds: number): Promise<AddedCpu> => {
  const costs = new Map<string, PathCost[]>(traced.map(({ name }) => [name, []]));
  const sink = new Child('sink', [program('sink')]);
  try {
    const { url } = await sink.message<Ready>('ready');
    for (let round = 0; round < rounds; round++) {
      for (const { name, imports, args, env } of shuffled(variants)) {
        const child = new Child(
          `path of ${framework}, ${name}`,
          [...imports, program('request-path'), framework, ...args],
          {
            env: {
              ...sendingTo(url, NEVER_MILLIS),
              BLOCKS_OF_A_BATCH: name.endsWith('100 %') ? '1' : '25',
              ...env,
            },
            cwd: new URL('.', import.meta.url).pathname,
          },
        );
        try {
          costs.get(name)?.push(await child.message<PathCost>('path'));
        } finally {
          await child.stop();
        }
      }
    }
  } finally {
    await sink.stop();
  }
  const rows = [...costs].map(([name, each]) => {
    const added = each.map((cost) => cost.added);
    return [
      name,
      format(median(each.map(({ plain }) => plain))),
      format(median(added)),
      `${format(Math.min(...added))} to ${format(Math.max(...added))}`,
      format(median(each.map(({ sending }) => sending))),
    ];
  });
  printTable(
    `CPU of one request within one process, microseconds: GET /users/:id on ${framework}, median of ${rounds} rounds`,
    ['variant', 'without', 'added', 'lowest to highest', 'of it sending'],
    rows,
  );
  return new Map([...costs].map(([name, each]) => [name, each.map(({ added }) => added)]));
};
