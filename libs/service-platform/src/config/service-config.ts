import { z } from 'zod';
import { dataDir, databaseUrl, host, integer, milliseconds, port } from './fields.js';

/** Environment variables of every service. */
export const serviceConfig = (defaultPort: number) =>
  z.object({
    HOST: host(),
    PORT: port(defaultPort),
    MAX_BODY_BYTES: integer({ min: 1, max: 100_000_000, default: 100_000, unit: 'bytes' }),
    /** Time for requests in flight to finish after SIGTERM. An order for `slow_product` takes 3 s. */
    DRAIN_TIMEOUT_MS: milliseconds(6_000),
  });

export type ServiceConfig = z.output<ReturnType<typeof serviceConfig>>;

/** Further environment variables of a service with a database. */
export const databaseConfig = z.object({
  DATA_DIR: dataDir(),
  DATABASE_URL: databaseUrl(),
});

export type DatabaseConfig = z.output<typeof databaseConfig>;
