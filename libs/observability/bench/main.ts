// `nx bench observability`: cost of the library. README.md in this folder describes the measurements.
import { parseArgs } from 'node:util';
import { measureChain } from './chain-cost.js';
import { measureDrivers } from './driver-cost.js';
import { type AddedCpu, type HttpOptions, measureHttp, measureOrders } from './http-cost.js';
import { measurePath } from './path-cost.js';
import { withServers } from './servers.js';
import { measureRemote } from './remote-cost.js';
import { measureSpan } from './span-cost.js';
import { measureStart } from './start-cost.js';
import { median } from './statistics.js';
import { format, printTable, verdict } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    blocks: { type: 'string', default: '4' },
    orders: { type: 'string', default: '1500' },
    warmup: { type: 'string', default: '40000' },
    parts: { type: 'string', default: 'path,fastify,express,span,drivers,orders,remote,chain,start' },
    variants: { type: 'string' },
    profile: { type: 'string' },
  },
});
const parts = new Set(values.parts.split(','));
const rounds = Number(values.rounds);
const goals: string[][] = [];

/** Compares the CPU that `name` adds with the CPU that `other` adds: ratio of the medians, and range over the rounds. */
const compare = (where: string, added: AddedCpu, name: string, other: string, limit?: number): void => {
  const [ones = [], others = []] = [added.get(name), added.get(other)];
  const quotients = ones.map((one, round) => one / (others[round] ?? NaN));
  const value = median(ones) / median(others);
  const measured = `${format(value)} (${format(Math.min(...quotients))} to ${format(Math.max(...quotients))})`;
  const [, ...goal] = limit === undefined ? ['', '', ''] : verdict(value, limit, 'at most');
  goals.push([`${where}: added by ${name} / by ${other}`, measured, ...goal]);
};

const compareAll = (where: string, added: AddedCpu): void => {
  compare(where, added, 'library, 100 %', 'stock http, 100 %', 0.5);
  compare(where, added, 'library, 1 %', 'library, 100 %', 0.35);
  compare(where, added, 'library, 1 %', 'stock http, 1 %');
  compare(where, added, 'stock http, 1 %', 'stock http, 100 %');
  compare(where, added, 'library with access line, 100 %', 'library, 100 %');
  if (added.has('library with interceptor, 100 %')) {
    compare(where, added, 'library with interceptor, 100 %', 'library, 100 %');
  }
};

const httpOptions: HttpOptions = {
  rounds,
  requests: Number(values.requests),
  blocks: Number(values.blocks),
  warmup: Number(values.warmup),
  profile: values.profile,
  only: values.variants,
};

const frameworks = ['fastify', 'express'];

if (parts.has('path')) {
  for (const framework of frameworks) {
    compareAll(`${framework}, in one process`, await measurePath(framework, rounds));
  }
}
for (const framework of frameworks.filter((name) => parts.has(name))) {
  const added = await measureHttp(framework, httpOptions);
  compareAll(framework, added);
}

if (parts.has('span')) {
  const { sampled, unsampled } = await measureSpan(rounds);
  goals.push(['@Span(), sampled: added to a call', ...verdict(sampled, 4, 'at most', ' µs')]);
  goals.push(['@Span(), unsampled: added to a call', ...verdict(unsampled, 0.5, 'at most', ' µs')]);
}
if (parts.has('drivers')) {
  // A call is quick, and two processes of one variant differ by more than two turns.
  for (const [driver, added] of await measureDrivers(rounds * 4, values.variants)) {
    compare(driver, added, 'library', 'stock', 0.5);
  }
}
if (parts.has('orders')) {
  const added = await withServers(['postgresql', 'redis'], ({ postgresql, redis }) =>
    // A request costs ten times as much as one without a database.
    measureOrders(
      { DATABASE_URL: postgresql.url, REDIS_URL: redis.url },
      { ...httpOptions, requests: httpOptions.requests / 4, warmup: httpOptions.warmup / 4 },
    ),
  );
  if (added) compare('TypeORM, pg and ioredis', added, 'library, 100 %', 'stock, 100 %', 0.5);
}
if (parts.has('chain')) {
  const ratio = await measureChain({ rounds, requests: Number(values.orders) });
  goals.push(['three services: traced / untraced throughput', ...verdict(ratio, 0.8, 'at least')]);
}
if (parts.has('remote')) {
  for (const [protocol, added] of await measureRemote(rounds, values.variants)) {
    // Stock makes no span of a message to a gateway of Nest: it wraps on(), and Nest listens by addListener().
    if (protocol === 'socket.io') continue;
    compare(protocol, added, 'library', 'stock', 0.5);
  }
}
if (parts.has('start')) {
  const added = await measureStart(rounds);
  goals.push(['import and start: CPU added to a bare start', ...verdict(added, 250, 'at most', ' ms')]);
}

printTable('Goals', ['figure', 'measured', 'must be', ''], goals);
