/** Units of OTLP, in UCUM, by the words that Prometheus uses. */
const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tibibytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
  ['1', ''],
]);

const PER_UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** Names that were translated, because exporters send the same ones in every request. */
const names = new Map<string, string>();
const MAX_NAMES = 10_000;

/** Kinds of metrics whose name gets a suffix. */
export type NamedKind = 'counter' | 'gauge' | 'other';

/**
 * Returns the name of a metric as Prometheus translates it: invalid characters become underscores, and the unit and the
 * kind become suffixes.
 *
 * ```
 * http.server.duration, ms, other   →  http_server_duration_milliseconds
 * orders.total.count, counter       →  orders_count_total
 * ```
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus
 */
export const prometheusName = (name: string, unit: string, kind: NamedKind): string => {
  const key = `${kind} ${unit} ${name}`;
  let translated = names.get(key);
  if (translated === undefined) {
    translated = translateName(name, unit, kind);
    if (names.size >= MAX_NAMES) names.clear();
    names.set(key, translated);
  }
  return translated;
};

const translateName = (name: string, unit: string, kind: NamedKind): string => {
  const parts = wordsOf(name);
  const [main = '', per = ''] = unit.split('/', 2).map((text) => text.trim());
  addUnit(parts, unitWord(main, UNIT_WORDS));
  const perWord = unitWord(per, PER_UNIT_WORDS);
  if (perWord !== '' && !parts.includes(perWord)) parts.push('per', perWord);
  if (kind === 'counter') moveToEnd(parts, 'total');
  if (kind === 'gauge' && unit === '1') moveToEnd(parts, 'ratio');
  const joined = parts.join('_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
};

const wordsOf = (text: string): string[] =>
  text
    .split(/[^\p{L}\p{N}:]+/u)
    .filter((word) => word !== '')
    .map(asciiOf);

/** Prometheus' classic names have ASCII letters and digits only. */
const asciiOf = (word: string): string => word.replace(/[^A-Za-z0-9:]/g, '_');

const unitWord = (unit: string, words: ReadonlyMap<string, string>): string => {
  // An annotation such as `{request}` is no unit.
  if (unit === '' || /[{}]/.test(unit)) return '';
  return words.get(unit) ?? wordsOf(unit).join('_');
};

const addUnit = (parts: string[], word: string): void => {
  if (word !== '' && !parts.includes(word)) parts.push(word);
};

const moveToEnd = (parts: string[], word: string): void => {
  const others = parts.filter((part) => part !== word);
  parts.splice(0, parts.length, ...others, word);
};

/** Returns the name of a label: invalid characters become underscores, and a leading digit gets the prefix `key_`. */
export const prometheusLabel = (key: string): string => {
  const label = key.replace(/[^A-Za-z0-9_]/gu, '_');
  return /^\d/.test(label) ? `key_${label}` : label;
};
