import { resolve } from 'node:path';
import { z } from 'zod';

/** A whole number within bounds; `unit` and `remark` end up in the message to whoever sets it wrong. */
export function integer(options: {
  min: number;
  max: number;
  default: number;
  unit?: string;
  remark?: string;
}) {
  const { min, max, unit, remark } = options;
  const allowed = `an integer from ${min} to ${max}${unit ? ` ${unit}` : ''}${remark ? ` (${remark})` : ''}`;
  return z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .default(options.default)
    .meta({ description: allowed });
}

export const port = (fallback: number) =>
  integer({ min: 0, max: 65_535, default: fallback, remark: '0: any free port' });

export const milliseconds = (fallback: number) =>
  integer({ min: 1, max: 600_000, default: fallback, unit: 'milliseconds' });

/** Loopback unless told otherwise, so that nobody publishes a service by starting it. */
export const host = () =>
  z
    .string()
    .regex(/^[\w.:-]+$/)
    .default('127.0.0.1')
    .meta({ description: 'a host name or an IP address, such as 127.0.0.1 or 0.0.0.0' });

/** The base URL of another service, without a slash at its end. */
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

/** Where files are kept: relative to the folder the process was started in. */
export const dataDir = () =>
  z
    .string()
    .refine((path) => !path.includes('\0'))
    .default('.lantern')
    .transform((path) => resolve(path))
    .meta({ description: 'a folder; it is made where it is missing' });

export const databaseUrl = () =>
  z
    .url({ protocol: /^postgres(ql)?$/ })
    .optional()
    .meta({
      description: 'a URL such as postgres://user:password@host:5432/database, or not set for SQLite',
      secret: true,
    });
