import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess } from '@lantern/launcher';

/** Lantern without senders that a test may stop and restart on the same port. */
export class LoneLantern {
  private process: ManagedProcess | undefined;
  private urls: Readonly<Record<string, string>> = {};

  private constructor(private readonly folder: string) {}

  static async start(): Promise<LoneLantern> {
    const lantern = new LoneLantern(await mkdtemp(join(tmpdir(), 'lantern-lone-')));
    await lantern.run('0');
    return lantern;
  }

  url(name: 'jaeger' | 'otlp' | 'loki'): string {
    return this.urls[name] ?? '';
  }

  /** Kills the process, as a crash does. */
  async crash(): Promise<void> {
    this.process?.kill('SIGKILL');
    await this.process?.exited;
  }

  async restart(): Promise<void> {
    await this.run(new URL(this.url('jaeger')).port);
  }

  async stop(): Promise<void> {
    await this.process?.stop();
    await rm(this.folder, { recursive: true });
  }

  private async run(uiPort: string): Promise<void> {
    this.process = new ManagedProcess({
      name: 'lantern',
      args: [join('dist', 'main.js')],
      cwd: fileURLToPath(new URL('../../../lantern', import.meta.url)),
      env: {
        LANTERN_DATA_DIR: join(this.folder, 'data'),
        LANTERN_JAEGER_PORT: uiPort,
        LANTERN_OTLP_PORT: '0',
        LANTERN_OTLP_GRPC_PORT: '0',
        LANTERN_LOKI_PORT: '0',
        LANTERN_PROMETHEUS_PORT: '0',
        LANTERN_SAMPLING_PORT: '0',
      },
      logFile: join(this.folder, 'lantern.log'),
    });
    this.urls = await this.process.ready;
  }
}
