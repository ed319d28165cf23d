import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@lantern/launcher';
import { freePort } from './prometheus-process.ts';

/** Jaeger 2 with its traces in memory. */
const configOf = (otlpPort: number, queryPort: number, grpcPort: number): string => `
receivers:
  otlp: { protocols: { http: { endpoint: '127.0.0.1:${otlpPort}' } } }
exporters:
  jaeger_storage_exporter: { trace_storage: traces }
extensions:
  jaeger_storage: { backends: { traces: { memory: { max_traces: 100000 } } } }
  jaeger_query:
    storage: { traces: traces }
    http: { endpoint: '127.0.0.1:${queryPort}' }
    grpc: { endpoint: '127.0.0.1:${grpcPort}' }
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines:
    traces: { receivers: [otlp], exporters: [jaeger_storage_exporter] }
  telemetry: { metrics: { level: none } }
`;

/** Real Jaeger on free ports. */
export class JaegerProcess {
  private constructor(
    /** URL of the query API. */
    readonly url: string,
    /** URL that receives OTLP over HTTP. */
    readonly otlpUrl: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  static async start(program: string): Promise<JaegerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'jaeger-'));
    const [otlpPort, queryPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
    const config = join(folder, 'jaeger.yaml');
    await writeFile(config, configOf(otlpPort, queryPort, grpcPort));
    const child = spawn(program, ['--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
    const loopback = (port: number): string => `http://127.0.0.1:${port}`;
    const jaeger = new JaegerProcess(loopback(queryPort), loopback(otlpPort), child, folder);
    try {
      await waitFor('Jaeger', async () => {
        if (child.exitCode !== null) throw new Error(`Jaeger ended with ${child.exitCode}:\n${output}`);
        const ready = await fetch(`${jaeger.url}/api/services`).catch(() => undefined);
        return ready?.ok === true ? true : undefined;
      });
      return jaeger;
    } catch (error) {
      await jaeger.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
