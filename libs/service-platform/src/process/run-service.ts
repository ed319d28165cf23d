import { Logger } from '@nestjs/common';
import { readConfig } from '../config/read-config.js';
import type { ServiceConfig } from '../config/service-config.js';
import { createService } from '../create-service.js';
import type { Service } from '../service.js';
import { StartError } from '../errors/start-error.js';
import { stopOnSignals } from './stop-on-signals.js';

/** The whole life of a service's process; its `main.ts` calls nothing else. */
export async function runService<Config extends ServiceConfig>(service: Service<Config>): Promise<void> {
  try {
    const config = readConfig(service.config, process.env) as unknown as Config;
    const app = await createService(service, config);
    stopOnSignals(app, config.DRAIN_TIMEOUT_MS);
    await app.listen(config.PORT, config.HOST);

    const url = await app.getUrl();
    new Logger(service.name).log(`${service.name} is ready at ${url}`);
    // For a parent that started it with a channel, and cannot know the port when it asked for any.
    process.send?.({ type: 'ready', urls: { http: url } });
  } catch (error) {
    process.stderr.write(`${service.name} cannot start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `port ${port ?? ''} is taken. Set PORT to another one, or to 0 for any free port.`;
  }
  if (code === 'EACCES' && port !== undefined) {
    return `port ${port} is not for this user. Set PORT to one above 1023.`;
  }
  return error.stack ?? error.message;
}
