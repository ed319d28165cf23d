// `nx bench observability`: what the library costs. README.md beside this file says what is measured and how.
import { parseArgs } from 'node:util';
import { measureChain } from './chain-cost.js';
import { measureHttp } from './http-cost.js';
import { measureSpan } from './span-cost.js';
import { measureStart } from './start-cost.js';
import { printTable, verdict } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '10000' },
    orders: { type: 'string', default: '1500' },
    warmup: { type: 'string', default: '40000' },
    parts: { type: 'string', default: 'fastify,express,span,chain,start' },
    variants: { type: 'string' },
    profile: { type: 'string' },
  },
});
const parts = new Set(values.parts.split(','));
const rounds = Number(values.rounds);
const goals: string[][] = [];

for (const framework of ['fastify', 'express'].filter((name) => parts.has(name))) {
  const added = await measureHttp(framework, {
    rounds,
    requests: Number(values.requests),
    warmup: Number(values.warmup),
    profile: values.profile,
    only: values.variants,
  });
  const [stock = NaN, all = NaN, few = NaN] = ['stock http', 'library, 100 %', 'library, 1 %'].map((name) =>
    added.get(name),
  );
  goals.push([`${framework}: added at 100 % / added by stock http`, ...verdict(all / stock, 0.5, 'at most')]);
  goals.push([`${framework}: added at 1 % / added at 100 %`, ...verdict(few / all, 0.25, 'at most')]);
}

if (parts.has('span')) {
  const { sampled, unsampled } = await measureSpan(rounds);
  goals.push(['@Span(), sampled: added to a call', ...verdict(sampled, 4, 'at most', ' µs')]);
  goals.push(['@Span(), unsampled: added to a call', ...verdict(unsampled, 0.5, 'at most', ' µs')]);
}
if (parts.has('chain')) {
  const ratio = await measureChain({ rounds, requests: Number(values.orders) });
  goals.push(['three services: traced / untraced throughput', ...verdict(ratio, 0.8, 'at least')]);
}
if (parts.has('start')) {
  const added = await measureStart(rounds);
  goals.push(['import and start: CPU added to a bare start', ...verdict(added, 250, 'at most', ' ms')]);
}

printTable('Goals', ['figure', 'measured', 'must be', ''], goals);
