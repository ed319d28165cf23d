// `nx bench observability`: what the library costs. README.md beside this file says what is measured and how.
import { parseArgs } from 'node:util';
import { measureHttp } from './http-cost.js';
import { printTable, verdict } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    requests: { type: 'string', default: '8000' },
    warmup: { type: 'string', default: '6000' },
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

printTable('Goals', ['figure', 'measured', 'must be', ''], goals);
