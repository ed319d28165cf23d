import type { z } from 'zod';
import { readConfig } from './read-config.js';

/** Reads the environment when it is constructed, and is the token that injects the result. */
export type ConfigClass<Schema extends z.ZodObject> = new (
  env: NodeJS.ProcessEnv,
) => Readonly<z.output<Schema>>;

/**
 * Returns the base class of a service's configuration:
 *
 *     export class ShopConfig extends configClass(serviceConfig(8080)) {}
 *     constructor(private readonly config: ShopConfig) {}
 *
 * Its constructor throws ConfigError, see {@link readConfig}.
 */
export const configClass = <Schema extends z.ZodObject>(schema: Schema): ConfigClass<Schema> => {
  // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- instances get their members from the schema
  class Config {
    constructor(env: NodeJS.ProcessEnv) {
      Object.freeze(Object.assign(this, readConfig(schema, env)));
    }
  }
  return Config as unknown as ConfigClass<Schema>;
};
