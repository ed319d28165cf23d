import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { StartError } from '../errors/start-error.js';

/**
 * Starts a service and reports its URL, on stdout and to a parent process over IPC. A start that fails ends the process
 * with exit code 1 and one message on stderr.
 *
 * @param start Fulfills with the application once it listens.
 */
export const runService = async (
  name: string,
  start: () => Promise<NestFastifyApplication>,
): Promise<void> => {
  try {
    const app = await start();
    const url = await app.getUrl();
    new Logger(name).log(`${name} is ready at ${url}`);
    // A parent process that started the service with port 0 learns the port here.
    process.send?.({ type: 'ready', urls: { http: url } });
  } catch (error) {
    process.stderr.write(`${name} cannot start: ${reasonOf(error)}\n`);
    process.exit(1);
  }
};

const reasonOf = (error: unknown): string => {
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
};
