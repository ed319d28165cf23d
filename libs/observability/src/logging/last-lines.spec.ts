import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeLoki, startLoki } from '../../test/loki.js';
import { type OtlpLogsSink, startOtlpLogsSink } from '../../test/otlp-logs-sink.js';
import { CompiledLibrary, type Program } from '../../test/program.js';

/** Writes a line that is sent, then others, and goes the way that `WAY` names before they can be. */
const service = `
import { TraceLogger } from './library/index.js';

const logger = new TraceLogger({ logFormat: 'json' });
logger.log('first words');
setTimeout(() => {
  logger.log('last words');
  logger.error('very last words');
  if (process.env.WAY === 'exit') process.exit(0);
  throw new Error('boom');
}, Number(process.env.AFTER ?? 0));
`;

let library: CompiledLibrary;
let loki: FakeLoki;
let otlp: OtlpLogsSink;
let program: Program | undefined;

beforeAll(() => {
  library = new CompiledLibrary();
  library.add('service', service);
});
afterAll(() => library.remove());
beforeEach(async () => {
  loki = await startLoki();
  otlp = await startOtlpLogsSink();
});
afterEach(async () => {
  program?.signal('SIGKILL');
  await program?.ended;
  await Promise.all([loki.close(), otlp.close()]);
});

const run = async (env: NodeJS.ProcessEnv): Promise<{ code: number | null; millis: number }> => {
  program = library.start('service', {
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_SERVICE_NAME: 'shop',
    // A busy machine may need more than two seconds.
    OBSERVABILITY_EXIT_TIMEOUT: '60000',
    ...env,
  });
  await program.waitFor('very last words');
  const before = performance.now();
  const { code } = await program.ended;
  return { code, millis: performance.now() - before };
};

const messageOf = (line: string): unknown => (JSON.parse(line) as { message: unknown }).message;
const lastWords = ['first words', 'last words', 'very last words'];

describe('the last lines of a process', () => {
  it('The last lines of a process reach Loki when it crashes, including the line with the reason', async () => {
    expect(await run({ LOKI_URL: loki.url })).toMatchObject({ code: 1 });
    expect(loki.lines.map(({ line }) => messageOf(line))).toEqual([...lastWords, 'Uncaught exception: boom']);
    expect(loki.lines[0]?.labels).toEqual({ service: 'shop', env: 'development' });
    expect(loki.lines.map(({ metadata }) => metadata.level)).toEqual(['info', 'info', 'error', 'fatal']);
  });

  it('The last lines of a process reach Loki when it calls process.exit(), with the credentials of the URL', async () => {
    const url = loki.url.replace('//', '//us%40er:pass@');
    expect(await run({ LOKI_URL: url, WAY: 'exit' })).toMatchObject({ code: 0 });
    expect(loki.lines.map(({ line }) => messageOf(line))).toEqual(lastWords);
    expect(loki.pushes[0]?.authorization).toBe(`Basic ${btoa('us@er:pass')}`);
  });

  it('The last lines of a process are sent by OTLP once the OTLP sender is loaded', async () => {
    await run({
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      // The first line is sent by then.
      AFTER: '1500',
    });
    const messages = otlp.records.map(({ body }) => messageOf(body.stringValue));
    expect(messages).toEqual([...lastWords, 'Uncaught exception: boom']);
  });

  it('The last lines of a process do not delay its exit when Loki does not respond, and are reported as lost', async () => {
    loki.answerWith(undefined);
    const { code, millis } = await run({ LOKI_URL: loki.url, OBSERVABILITY_EXIT_TIMEOUT: '' });
    expect(code).toBe(1);
    // Without a deadline it would not end at all; how long that is, exit-timeout.spec.ts says.
    expect(millis).toBeLessThan(20_000);
    expect(program?.line('4 log lines were not sent to Loki before the end')).toBeDefined();
  });
});
