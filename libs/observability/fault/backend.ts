import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Program } from './program.js';

const lanternFolder = fileURLToPath(new URL('../../../../apps/lantern/', import.meta.url));

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** A Lantern on fixed ports, so that another one can take its place. */
export class Backend {
  private program: Program | undefined;

  private constructor(
    private readonly folder: string,
    readonly lokiPort: number,
    readonly otlpPort: number,
  ) {}

  static async create(folder: string): Promise<Backend> {
    return new Backend(folder, await freePort(), await freePort());
  }

  async start(): Promise<void> {
    this.program = new Program('Lantern', [join(lanternFolder, 'dist', 'main.js')], {
      cwd: lanternFolder,
      env: {
        LANTERN_DATA_DIR: this.folder,
        LANTERN_LOKI_PORT: String(this.lokiPort),
        LANTERN_OTLP_PORT: String(this.otlpPort),
        LANTERN_OTLP_GRPC_PORT: '0',
        LANTERN_JAEGER_PORT: '0',
        LANTERN_PROMETHEUS_PORT: '0',
        LANTERN_SAMPLING_PORT: '0',
      },
    });
    await this.program.message('ready');
  }

  async kill(): Promise<void> {
    await this.program?.end('SIGKILL');
    this.program = undefined;
  }

  /** The numbers of the lines of a service, in the order in which Lantern has them. */
  async numbers(serviceName: string): Promise<number[]> {
    const numbers: number[] = [];
    let start = BigInt(Date.now() - 3_600_000) * 1_000_000n;
    const seen = new Set<string>();
    for (;;) {
      const parameters = new URLSearchParams({
        query: `{service="${serviceName}"} |= "worked"`,
        direction: 'forward',
        limit: '5000',
        start: String(start),
        end: String(BigInt(Date.now() + 60_000) * 1_000_000n),
      });
      const response = await fetch(
        `http://127.0.0.1:${this.lokiPort}/loki/api/v1/query_range?${parameters.toString()}`,
        // Queries as Grafana does: a stream stays one, and in order, regardless of the metadata of its lines.
        { headers: { 'X-Loki-Response-Encoding-Flags': 'categorize-labels' } },
      );
      const { data } = (await response.json()) as {
        data: { result: { stream: Record<string, string>; values: [string, string][] }[] };
      };
      // One stream by Loki's push; by OTLP one for each run of the process, of which there is one.
      const lines = data.result
        .flatMap(({ values }) => values)
        .map(([time, line]) => ({
          time: BigInt(time),
          number: (JSON.parse(line) as { number: number }).number,
        }));
      const fresh = lines.filter(({ time, number }) => !seen.has(`${time} ${number}`));
      for (const { time, number } of fresh) seen.add(`${time} ${number}`);
      numbers.push(...fresh.map(({ number }) => number));
      const last = lines.at(-1);
      if (fresh.length === 0 || last === undefined) return numbers;
      start = last.time;
    }
  }
}
