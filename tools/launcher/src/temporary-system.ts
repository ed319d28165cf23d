import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_FREE_PORTS } from './ports.js';
import { System, type SystemOptions, type SystemUrls } from './system.js';

/** System under test, on free ports and with a temporary data folder, which {@link stop} deletes. */
export class TemporarySystem {
  private constructor(
    readonly system: System,
    private readonly folder: string,
  ) {}

  /** @param options settings of Lantern's metrics that differ from those of `npm start` */
  static async start(
    env: Readonly<Record<string, string>> = {},
    options: Pick<SystemOptions, 'rules' | 'scrapeInterval'> = {},
  ): Promise<TemporarySystem> {
    const folder = await mkdtemp(join(tmpdir(), 'lantern-system-'));
    const system = await System.start({
      ports: ANY_FREE_PORTS,
      dataDir: join(folder, 'data'),
      logDir: join(folder, 'logs'),
      env,
      ...options,
    });
    return new TemporarySystem(system, folder);
  }

  get urls(): SystemUrls {
    return this.system.urls;
  }

  async stop(): Promise<void> {
    await this.system.stop();
    await rm(this.folder, { recursive: true });
  }
}
