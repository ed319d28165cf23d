import { formatCount } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const LONG_HEX = /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b/i;
const EMAIL = /[\w.+-]+@[\w-]+\.[a-z]{2,}/i;
/** Longer than the numbers of standards and ports: `ISO 20022`, `listen 50051`. */
const LONG_NUMBER = /\d{6,}/;
/** A segment of a path that is a number. */
const NUMBER_SEGMENT = /\/\d+(?=\/|$|\s|\?)/;
const QUERY = /\/[^\s]*\?\S*=/;
const SQL_LITERAL = /\b(?:where|values|set)\b.*(?:'|=\s*\d)/i;

/** Number of names that differ only in their numbers from which the numbers are values and no parts of the name. */
const LEAST_VARIANTS = 5;

/**
 * Finds span names that contain values: IDs, addresses, query strings, literals of statements, and numbers that differ
 * between spans of the same work. Lists of operations and metrics by name grow without a limit because of them.
 */
export const detectUnboundedSpanNames: Detector = (facts) => {
  const { table } = facts;
  const templates = new Map<string, { names: Set<number>; hasValue: boolean }>();
  const templateOf: (string | undefined)[] = table.names.map((name) => {
    if (name.includes('{') || name.includes('/:')) return undefined;
    return /\d/.test(name) || hasValue(name) ? template(name) : undefined;
  });
  for (const [place, key] of templateOf.entries()) {
    if (key === undefined) continue;
    const entry = templates.get(key) ?? { names: new Set<number>(), hasValue: false };
    templates.set(key, entry);
    entry.names.add(place);
    entry.hasValue ||= hasValue(table.names[place] ?? '');
  }
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < table.length; row++) {
    const key = templateOf[table.name[row] ?? 0];
    const entry = key === undefined ? undefined : templates.get(key);
    if (key === undefined || entry === undefined) continue;
    if (!entry.hasValue && entry.names.size < LEAST_VARIANTS) continue;
    // The framework says that this is the route.
    const route = facts.fields[row]?.text('route');
    if (route !== undefined && facts.operation(row).endsWith(route)) continue;
    const rows = rowsOf.get(key);
    if (rows === undefined) rowsOf.set(key, [row]);
    else rows.push(row);
  }
  return [...rowsOf].map(([key, rows]): Detection => {
    const first = rows[0] ?? 0;
    const count = new Set(rows.map((row) => table.name[row])).size;
    return {
      kind: 'unbounded-span-name',
      share: 0,
      rows,
      text:
        `${count === 1 ? 'A span name' : `${formatCount(count)} span names`} of ${codeText(facts.service(first))} ` +
        `${count === 1 ? 'contains' : 'contain'} values: ${codeText(key)}.`,
    };
  });
};

const hasValue = (name: string): boolean =>
  UUID.test(name) ||
  LONG_HEX.test(name) ||
  EMAIL.test(name) ||
  LONG_NUMBER.test(name) ||
  NUMBER_SEGMENT.test(name) ||
  QUERY.test(name) ||
  SQL_LITERAL.test(name);

/** Returns the name with `?` for its values. */
const template = (name: string): string =>
  name
    .slice(0, 500)
    .replace(/\?\S*=\S*/, '??')
    .replaceAll(new RegExp(UUID, 'gi'), '?')
    .replaceAll(new RegExp(EMAIL, 'gi'), '?')
    .replaceAll(new RegExp(LONG_HEX, 'gi'), '?')
    .replaceAll(/'[^']*'/g, '?')
    .replaceAll(/\d+/g, '?');
