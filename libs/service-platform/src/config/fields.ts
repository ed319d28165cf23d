import { resolve } from 'node:path';
import { z } from 'zod';

/** Integer within bounds. The error message for an invalid value contains `unit` and `remark`. */
export const integer = (options: {
  min: number;
  max: number;
  default: number;
  unit?: string;
  remark?: string;
}) => {
  const { min, max, unit, remark } = options;
  const allowed = `an integer from ${min} to ${max}${unit ? ` ${unit}` : ''}${remark ? ` (${remark})` : ''}`;
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(options.default)
    .meta({ description: allowed });
};

export const port = (fallback: number) =>
  integer({ min: 0, max: 65_535, default: fallback, remark: '0: any free port' });

export const milliseconds = (fallback: number) =>
  integer({ min: 1, max: 600_000, default: fallback, unit: 'milliseconds' });

/** Address to listen on. Loopback by default, so that starting a service does not expose it to the network. */
export const host = () =>
  z
    .string()
    .regex(/^[\w.:-]+$/)
    .default('127.0.0.1')
    .meta({ description: 'a host name or an IP address, such as 127.0.0.1 or 0.0.0.0' });

/** Base URL of another service, without a trailing slash. */
export const serviceUrl = (fallback: string) =>
  z
    .url({ protocol: /^https?$/ })
    .refine((value) => {
      if (!URL.canParse(value)) return false;
      const { username, password, search, hash } = new URL(value);
      return username + password + search + hash === '';
    })
    .transform((value) => value.replace(/\/+$/, ''))
    .default(fallback)
    .meta({
      description: `an http(s) URL without credentials, query or fragment, such as ${fallback}`,
      secret: true,
    });

/** Folder of data files, relative to the working directory. */
export const dataDir = () =>
  z
    .string()
    .refine((path) => !path.includes('\0'))
    .default('.lantern')
    .transform((path) => resolve(path))
    .meta({ description: 'a folder; it is created if it does not exist' });

export const databaseUrl = () =>
  z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({
      description: 'a URL such as postgres://user:password@host:5432/database, or not set for SQLite',
      secret: true,
    });
