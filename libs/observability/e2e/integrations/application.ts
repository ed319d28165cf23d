import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type OtlpSink, type OtlpSpan, startOtlpSink } from '../../test/otlp-sink.js';
import { Program } from '../../test/program.js';
import { until } from '../../test/until.js';

const apps = fileURLToPath(new URL('apps/dist/', import.meta.url));

/**
 * Application of `apps/`, started as a service is: `node --import @lantern/observability/register dist/<name>.js`. It
 * writes a line `{ "message": "ready", "url": … }` once it listens.
 */
export class Application {
  private constructor(
    readonly url: string,
    readonly program: Program,
    readonly sink: OtlpSink,
  ) {}

  static async start(name: string, env: NodeJS.ProcessEnv = {}): Promise<Application> {
    const sink = await startOtlpSink();
    const program = new Program(
      spawn(process.execPath, ['--import', '@lantern/observability/register', `${apps}${name}.js`], {
        cwd: apps,
        env: {
          PATH: process.env.PATH,
          OTEL_SERVICE_NAME: name,
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_BSP_SCHEDULE_DELAY: '50',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    try {
      const { url } = await program.waitFor('ready');
      return new Application(String(url), program, sink);
    } catch (error) {
      program.signal('SIGKILL');
      await sink.close();
      throw error;
    }
  }

  /** Requests `path` and returns the spans of its trace, once the server span and as many spans as expected have arrived. */
  async trace(path: string, init?: RequestInit, expected = 1): Promise<OtlpSpan[]> {
    this.sink.spans.length = 0;
    const response = await fetch(this.url + path, init);
    await response.arrayBuffer();
    const [target] = path.split('?');
    const isServer = ({ kind, attributes }: OtlpSpan): boolean =>
      kind === SERVER && attributes['url.path'] === target;
    await until(`the server span of ${path}`, () => this.sink.spans.some(isServer));
    const server = this.sink.spans.find(isServer);
    const ofTrace = (): OtlpSpan[] => this.sink.spans.filter(({ traceId }) => traceId === server?.traceId);
    await until(`${expected} spans of ${path}`, () => ofTrace().length >= expected);
    return ofTrace();
  }

  /** Waits until a span of that name has arrived. */
  async span(name: string): Promise<OtlpSpan> {
    let found: OtlpSpan | undefined;
    await until(`the span ${name}`, () => {
      found = this.sink.spans.find((span) => span.name === name);
      return found !== undefined;
    });
    if (!found) throw new Error(`There is no span ${name}`);
    return found;
  }

  async stop(): Promise<void> {
    this.program.signal('SIGTERM');
    await this.program.ended;
    await this.sink.close();
  }
}

const SERVER = 2;
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

/** Draws spans as `spanTree()` of the library does, for spans that arrived by OTLP. */
export const drawSpans = (spans: readonly OtlpSpan[], attributes: readonly string[] = []): string => {
  const known = new Set(spans.map(({ spanId }) => spanId));
  const byStart = [...spans].sort((a, b) =>
    Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)),
  );
  const children = Map.groupBy(byStart, ({ parentSpanId }) =>
    parentSpanId !== undefined && known.has(parentSpanId) ? parentSpanId : undefined,
  );
  const draw = (parent: string | undefined, indent: string): string[] =>
    (children.get(parent) ?? []).flatMap((span) => [
      indent + describeSpan(span, attributes),
      ...draw(span.spanId, `${indent}  `),
    ]);
  return draw(undefined, '').join('\n');
};

const describeSpan = (span: OtlpSpan, attributes: readonly string[]): string =>
  [
    span.name,
    `[${kinds[span.kind] ?? String(span.kind)}]`,
    ...(span.status.code === 2 ? ['ERROR'] : []),
    ...attributes
      .filter((key) => span.attributes[key] !== undefined)
      .map((key) => `${key}=${JSON.stringify(span.attributes[key])}`),
  ].join(' ');
