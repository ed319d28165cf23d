// Measures a request in one process: `node request-path.js fastify|express [library|lines|interceptor]`, tracing preloaded. Requests that
// are traced and requests that are not alternate in blocks over connections without a socket, so that the kernel, the
// compiler, the heap and other load on the machine affect both alike.
import http from 'node:http';
import { type TracerProvider, trace } from '@opentelemetry/api';
import { MemoryConnection } from './memory-connection.js';
import { median } from './statistics.js';
import { startUsersApp } from './users-app.js';

export interface PathCost {
  type: 'path';
  /** CPU of a request without tracing, in microseconds. */
  plain: number;
  /** CPU that tracing adds to a request, in microseconds; `sending` is the part for its share of a batch. */
  added: number;
  sending: number;
}

const CONNECTIONS = 8;
const REQUESTS_OF_A_BLOCK = 400;
const WARMUP_BLOCKS = 50;
const BLOCKS = 100;

const [, , framework, tracing] = process.argv;
/** Full batches at 100 %; at 1 % what gathers in some seconds. */
const blocksOfABatch = Number(process.env.BLOCKS_OF_A_BATCH ?? '1');

const app = await startUsersApp(framework, tracing);
const server = app.getHttpServer() as http.Server;
const open = Array.from({ length: CONNECTIONS }, () => {
  const connection = new MemoryConnection('"name":"Ada"}');
  server.emit('connection', connection);
  return connection;
});
const request = Buffer.from(
  'GET /users/42 HTTP/1.1\r\nhost: shop:8080\r\nuser-agent: bench\r\naccept: */*\r\n\r\n',
);

/** The library and stock instrumentation alike begin their spans here; without it, Node's own `emit` is inherited. */
const traced = Object.getOwnPropertyDescriptor(http.Server.prototype, 'emit') ?? {};
if (!('value' in traced)) throw new Error('Nothing is preloaded that traces requests');

const serveBlock = async (isTraced: boolean): Promise<number> => {
  if (isTraced) Object.defineProperty(http.Server.prototype, 'emit', traced);
  else Reflect.deleteProperty(http.Server.prototype, 'emit');
  return cpuOf(() =>
    Promise.all(
      open.map(async (connection) => {
        for (let left = REQUESTS_OF_A_BLOCK / CONNECTIONS; left > 0; left--) {
          const answer = await connection.exchange(request);
          if (!answer.startsWith('HTTP/1.1 200')) throw new Error(`Not answered with 200:\n${answer}`);
        }
      }),
    ),
  );
};

const cpuOf = async (work: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
};

interface Flushing extends TracerProvider {
  forceFlush(): Promise<void>;
}

interface Delegating extends TracerProvider {
  getDelegate(): TracerProvider;
}

const provider = trace.getTracerProvider();
const sender = ('getDelegate' in provider ? (provider as Delegating).getDelegate() : provider) as Flushing;

const plain: number[] = [];
const differences: number[] = [];
const sendings: number[] = [];
for (let block = -WARMUP_BLOCKS; block < BLOCKS; block++) {
  const isTracedFirst = Math.random() < 0.5;
  const first = await serveBlock(isTracedFirst);
  const second = await serveBlock(!isTracedFirst);
  const sending =
    (block + WARMUP_BLOCKS + 1) % blocksOfABatch === 0 ? await cpuOf(() => sender.forceFlush()) : undefined;
  if (block < 0) continue;
  plain.push(isTracedFirst ? second : first);
  differences.push(isTracedFirst ? first - second : second - first);
  if (sending !== undefined) sendings.push(sending);
}
const sending = median(sendings) / (REQUESTS_OF_A_BLOCK * blocksOfABatch);
process.send?.({
  type: 'path',
  plain: median(plain) / REQUESTS_OF_A_BLOCK,
  added: median(differences) / REQUESTS_OF_A_BLOCK + sending,
  sending,
} satisfies PathCost);
process.once('disconnect', () => process.exit());
