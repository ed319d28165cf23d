import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type RunningServer, type ServerName, missingPackage, startServer } from '../../bench/servers.js';

export type { ServerName };

type Servers<Names extends readonly ServerName[]> = Record<Names[number], RunningServer>;

/**
 * Runs a suite beside real servers, which the suite reads from within its tests. Where one of them is not installed, a
 * skipped test names the package to install.
 */
export const describeWith = <const Names extends readonly ServerName[]>(
  names: Names,
  subject: string,
  suite: (servers: () => Servers<Names>) => void,
): void => {
  describe(subject, () => {
    const missing = names.map(missingPackage).filter((name) => name !== undefined);
    if (missing.length > 0) {
      it.skip(`is not tested on this machine: run apt-get install ${missing.join(' ')}`, () => undefined);
      return;
    }
    const running = new Map<ServerName, RunningServer>();
    beforeAll(async () => {
      for (const name of names) {
        const server = await startServer(name);
        if (server) running.set(name, server);
      }
    });
    afterAll(async () => {
      for (const server of running.values()) await server.stop();
    });
    suite(() => Object.fromEntries(running) as Servers<Names>);
  });
};
