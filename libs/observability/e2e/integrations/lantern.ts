import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Program } from '../../test/program.js';
import { until } from '../../test/until.js';

const folder = fileURLToPath(new URL('../../../../apps/lantern/', import.meta.url));
const script = `${folder}dist/main.js`;

/** Whether the workspace has a built backend; the library itself knows none. */
export const isLanternBuilt = (): boolean => existsSync(script);

const JAEGER = /Jaeger API\s+(http\S+)/;
const OTLP = /OTLP over HTTP\s+(http\S+)/;

interface LegacyTrace {
  traceID: string;
  spans: { operationName: string }[];
}

/** Lantern beside a test, with its data in memory. */
export class Lantern {
  private constructor(
    private readonly program: Program,
    readonly url: string,
    /** Address that receives OTLP. */
    readonly endpoint: string,
  ) {}

  static async start(): Promise<Lantern> {
    const ports = ['LOKI', 'OTLP', 'OTLP_GRPC', 'JAEGER', 'PROMETHEUS', 'SAMPLING', 'ZIPKIN'];
    const program = new Program(
      spawn(process.execPath, [script], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          ...Object.fromEntries(ports.map((name) => [`LANTERN_${name}_PORT`, '0'])),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const address = (pattern: RegExp): string | undefined => pattern.exec(program.stdout)?.[1];
    await until(
      'the addresses of Lantern',
      () => address(JAEGER) !== undefined && address(OTLP) !== undefined,
      60_000,
    );
    return new Lantern(program, address(JAEGER) ?? '', address(OTLP) ?? '');
  }

  /** Returns the JSON of a path of its API; undefined as long as it answers with an error. */
  async json<T>(path: string): Promise<T | undefined> {
    const response = await fetch(this.url + path);
    return response.ok ? ((await response.json()) as T) : undefined;
  }

  /** Waits for a trace of a service that has spans of these names, and returns its ID. */
  async traceWith(service: string, ...operations: string[]): Promise<string> {
    let found: string | undefined;
    let asking = false;
    const ask = async (): Promise<void> => {
      const answer = await this.json<{ data: LegacyTrace[] }>(`/api/traces?service=${service}&limit=50`);
      const trace = answer?.data.find(({ spans }) => {
        const names = spans.map(({ operationName }) => operationName);
        return operations.every((name) => names.includes(name));
      });
      found = trace?.traceID;
      asking = false;
    };
    await until(`a trace with ${operations.join(' and ')}`, () => {
      if (!asking && found === undefined) {
        asking = true;
        void ask();
      }
      return found !== undefined;
    });
    return found ?? '';
  }

  async stop(): Promise<void> {
    this.program.signal('SIGTERM');
    await this.program.ended;
  }
}
