import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DatabaseConfig } from '../../config/service-config.js';
import { findPostgresBinaries, SEARCHED_PLACES } from './postgres-binaries.js';
import { PostgresServer } from './postgres-server.js';

/** Returns the configuration of a new, empty database. */
export type FreshDatabase = () => Promise<DatabaseConfig>;

const POSTGRES_START_LIMIT_MILLIS = 30_000;

/**
 * Runs a suite on every supported database: on a SQLite file, and on a PostgreSQL server that it starts. If PostgreSQL
 * is not installed, a test named "NOT TESTED" reports it.
 */
export const describeOnEachDatabase = (subject: string, suite: (fresh: FreshDatabase) => void): void => {
  let folder: string;
  let databases = 0;
  const freshFolder = () => join(folder, String((databases += 1)));

  describe(`${subject} on SQLite`, () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lantern-sqlite-'));
    });
    afterAll(() => rm(folder, { recursive: true }));

    suite(async () => ({ DATA_DIR: freshFolder() }));
  });

  describe(`${subject} on PostgreSQL`, () => {
    const binaries = findPostgresBinaries();
    if (binaries === undefined) {
      it(`is NOT TESTED here: initdb and postgres are not installed (searched ${SEARCHED_PLACES})`, () => {
        expect(findPostgresBinaries()).toBeUndefined();
      });
      return;
    }
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start(binaries);
    }, POSTGRES_START_LIMIT_MILLIS);
    afterAll(() => server.stop());

    suite(async () => ({ DATA_DIR: '', DATABASE_URL: await server.createDatabase() }));
  });
};
