import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from '../config/read-config.js';
import type { ServiceConfig } from '../config/service-config.js';
import { createService } from '../create-service.js';
import type { Service } from '../service.js';

export interface TestService {
  readonly url: string;
  readonly app: NestFastifyApplication;
  close(): Promise<void>;
}

/** Starts a service in this process on a free port, with a data folder of its own. */
export async function startTestService<Config extends ServiceConfig>(
  service: Service<Config>,
  env: Record<string, string> = {},
): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), `lantern-${service.name}-`));
  const config = readConfig(service.config, { PORT: '0', DATA_DIR: folder, ...env });
  const app = await createService(service, config as unknown as Config);
  await app.listen(0, '127.0.0.1');
  return {
    url: await app.getUrl(),
    app,
    close: async () => {
      await app.close();
      await rm(folder, { recursive: true });
    },
  };
}
