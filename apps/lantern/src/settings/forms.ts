// Forms of the values of settings. The message of each completes the sentence "it must be …".
import { parseGoDuration } from '@lantern/go-syntax';
import { z } from 'zod';

const MIB = 1024 * 1024;

const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB,
  GIB: 1024 * MIB,
};

const PORT = 'a whole number from 0 to 65535, where 0 takes any free port';
const SIZE = 'a size of at least 1 MiB, for example 256MiB, 1GB or 100000000';
const TOKEN = 'at least 16 characters without spaces';
const SWITCH = '1 or true, 0 or false';
const DURABILITY = 'process or power';
const AGE = 'an age above 0, for example 30d, 72h or 90m';
const DURATION = 'a duration, for example 500ms, 30s, 24h or 0';
const URL_FORM = 'an http or https address, for example http://localhost:9093';
const SCRAPE = 'addresses separated by commas, for example localhost:8080, or the path of a .yml file';
const HOST = 'a host name or an IP address';
const ORIGINS =
  'origins of pages separated by commas, for example https://shop.example.com,https://admin.example.com, or *';
const HEADERS =
  'names and values in percent-encoding separated by commas, for example authorization=Bearer%20secret';
const HOSTS = 'host names separated by commas, for example lantern,logs,.example.com';

export const host = z.string().regex(/^[\w.:-]+$/, HOST);

export const hosts = z
  .string()
  .regex(/^\s*\.?[\w-][\w.-]*(?:\s*,\s*\.?[\w-][\w.-]*)*\s*$/, HOSTS)
  .transform((text) => text.split(',').map((name) => name.trim().toLowerCase()));

export const origins = z.string().transform((text, context) => {
  const names = text.split(',').map((name) => name.trim().replace(/\/$/, ''));
  if (names.every((name) => name === '*' || (URL.canParse(name) && new URL(name).origin === name)))
    return names;
  context.addIssue({ code: 'custom', message: ORIGINS });
  return z.NEVER;
});

export const headers = z.string().transform((text, context) => {
  try {
    const entries = text.split(',').map((pair) => {
      const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
      return [name.toLowerCase(), decodeURIComponent(value)] as const;
    });
    if (entries.every(([name, value]) => name !== '' && !/[^\t -~]/.test(value)))
      return Object.fromEntries(entries);
  } catch {
    // Percent-encoding that cannot be decoded is reported below.
  }
  context.addIssue({ code: 'custom', message: HEADERS });
  return z.NEVER;
});

export const port = z
  .string()
  .regex(/^\d{1,5}$/, PORT)
  .transform(Number)
  .refine((value) => value <= 65_535, PORT);

export const size = z.string().transform((text, context) => {
  const [, count, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([KMG]?i?B)?$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(count) * (UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN));
  if (bytes >= MIB && Number.isSafeInteger(bytes)) return bytes;
  context.addIssue({ code: 'custom', message: SIZE });
  return z.NEVER;
});

export const duration = z.string().transform((text, context) => {
  try {
    const nanos = parseGoDuration(text);
    if (nanos >= 0n) return nanos;
  } catch {
    // Reported as an invalid duration below.
  }
  context.addIssue({ code: 'custom', message: DURATION });
  return z.NEVER;
});

const DAY_MILLIS = 24 * 3_600_000;

export const age = z.string().transform((text, context) => {
  const [, days] = /^(\d{1,6})d$/.exec(text) ?? [];
  try {
    const millis =
      days === undefined ? Number(parseGoDuration(text) / 1_000_000n) : Number(days) * DAY_MILLIS;
    if (millis > 0) return millis;
  } catch {
    // Reported as an invalid age below.
  }
  context.addIssue({ code: 'custom', message: AGE });
  return z.NEVER;
});

export const onOff = z
  .enum(['0', 'false', '1', 'true'], SWITCH)
  .transform((text) => text === '1' || text === 'true');

export const httpUrl = z.url({ protocol: /^https?$/, error: URL_FORM });

export const scrape = z
  .string()
  .refine(
    (text) =>
      /\.ya?ml$/i.test(text) || text.split(',').every((address) => URL.canParse(asUrl(address.trim()))),
    SCRAPE,
  );

/** A target may be given as host and port alone. */
const asUrl = (address: string): string => (address.includes('://') ? address : `http://${address}`);

export const text = z.string();

export const token = z.string().regex(/^\S{16,}$/, TOKEN);

export const durability = z.enum(['process', 'power'], DURABILITY);
