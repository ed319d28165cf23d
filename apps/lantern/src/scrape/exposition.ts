import { SeriesLabels } from '@lantern/telemetry-model';

/** Exemplar of a sample in OpenMetrics. */
export interface ExposedExemplar {
  readonly labels: SeriesLabels;
  readonly value: number;
  /** Milliseconds; undefined when the target gives none. */
  readonly timestampMillis: number | undefined;
}

/** Sample of an exposition. */
export interface ExposedSample {
  /** Name and labels as the target wrote them: equal text means an equal series. */
  readonly text: string;
  readonly value: number;
  readonly timestampMillis: number | undefined;
  readonly exemplar: ExposedExemplar | undefined;
}

export interface ExposedMetadata {
  readonly name: string;
  type: string;
  help: string;
  unit: string;
}

/** Metrics of a target. */
export interface Exposition {
  readonly samples: readonly ExposedSample[];
  readonly metadata: readonly ExposedMetadata[];
}

/** A target's answer cannot be read. The message names the line. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError';
}

const OPEN_METRICS = 'application/openmetrics-text';

/** Header `Accept` of a scrape. */
export const ACCEPT = `${OPEN_METRICS};version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`;

/**
 * Parses metrics in Prometheus' text format or in OpenMetrics.
 *
 * @throws {ExpositionError}
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const parseExposition = (body: string, contentType: string): Exposition => {
  const isOpenMetrics = contentType.trim().toLowerCase().startsWith(OPEN_METRICS);
  const samples: ExposedSample[] = [];
  const metadata = new Map<string, ExposedMetadata>();
  let number = 0;
  let hasEnd = false;
  for (const raw of linesOf(body)) {
    number++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') continue;
    if (hasEnd) throw new ExpositionError(`line ${number}: unexpected content after # EOF`);
    if (line.startsWith('#')) {
      if (isOpenMetrics && line === '# EOF') hasEnd = true;
      else readComment(line, metadata);
      continue;
    }
    const sample = readSample(line, isOpenMetrics);
    if (typeof sample === 'string') throw new ExpositionError(`line ${number}: ${sample}`);
    samples.push(sample);
  }
  if (isOpenMetrics && !hasEnd) throw new ExpositionError('data does not end with # EOF');
  return { samples, metadata: [...metadata.values()] };
};

function* linesOf(body: string): Generator<string> {
  let start = 0;
  while (start < body.length) {
    const end = body.indexOf('\n', start);
    yield body.slice(start, end < 0 ? body.length : end);
    if (end < 0) return;
    start = end + 1;
  }
}

const COMMENT = /^# ?(HELP|TYPE|UNIT)[ \t]+("(?:[^"\\]|\\.)*"|\S+)(?:[ \t]+(.*))?$/;

const readComment = (line: string, metadata: Map<string, ExposedMetadata>): void => {
  const [, kind, quoted = '', content = ''] = COMMENT.exec(line) ?? [];
  if (kind === undefined) return;
  const name = quoted.startsWith('"') ? unescape(quoted.slice(1, -1)) : quoted;
  let known = metadata.get(name);
  if (!known) metadata.set(name, (known = { name, type: 'unknown', help: '', unit: '' }));
  if (kind === 'HELP') known.help = unescape(content);
  else if (kind === 'UNIT') known.unit = content;
  // The text format calls metrics of unknown type untyped.
  else known.type = content === 'untyped' ? 'unknown' : content;
};

/** Returns the end of the name and labels of a sample; -1 when braces are not closed. */
const endOfSeries = (line: string): number => {
  const brace = line.indexOf('{');
  const blank = line.search(/[ \t]/);
  if (brace < 0 || (blank >= 0 && blank < brace && !/^[ \t]+\{/.test(line.slice(blank)))) return blank;
  for (let at = brace + 1; at < line.length; at++) {
    const character = line.charCodeAt(at);
    if (character === 0x7d) return at + 1;
    if (character !== 0x22) continue;
    // The end of a quoted text.
    for (at++; at < line.length && line.charCodeAt(at) !== 0x22; at++) if (line.charCodeAt(at) === 0x5c) at++;
  }
  return -1;
};

/** @returns the fault when the line is no sample */
const readSample = (line: string, isOpenMetrics: boolean): ExposedSample | string => {
  const end = endOfSeries(line);
  if (end <= 0) return `expected a value after the series in ${JSON.stringify(line.slice(0, 100))}`;
  const text = line.slice(0, end).trim();
  const rest = line.slice(end);
  const mark = isOpenMetrics ? rest.indexOf(' # ') : -1;
  const [value = '', time, ...surplus] = (mark < 0 ? rest : rest.slice(0, mark)).trim().split(/[ \t]+/);
  const number = parseNumber(value);
  if (number === undefined) return `strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`;
  if (surplus.length > 0) return `unexpected ${JSON.stringify(surplus[0])} after the timestamp`;
  const timestampMillis = time === undefined ? undefined : parseTimestamp(time, isOpenMetrics);
  if (Number.isNaN(timestampMillis)) return `invalid timestamp ${JSON.stringify(time)}`;
  let exemplar: ExposedExemplar | undefined;
  if (mark >= 0) {
    const read = readExemplar(rest.slice(mark + 3));
    if (typeof read === 'string') return read;
    exemplar = read;
  }
  return { text, value: number, timestampMillis, exemplar };
};

const parseTimestamp = (text: string, isOpenMetrics: boolean): number => {
  const number = parseNumber(text) ?? Number.NaN;
  // OpenMetrics has seconds, the text format whole milliseconds.
  return isOpenMetrics ? Math.round(number * 1000) : Number.isInteger(number) ? number : Number.NaN;
};

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

const parseNumber = (text: string): number | undefined => {
  if (NUMBER.test(text)) return Number(text);
  switch (text.toLowerCase()) {
    case 'nan':
      return Number.NaN;
    case '+inf':
    case 'inf':
    case '+infinity':
    case 'infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    default:
      return undefined;
  }
};

const readExemplar = (text: string): ExposedExemplar | string => {
  const end = endOfSeries(text);
  const labels = end > 0 && text.startsWith('{') ? parseLabels(text.slice(1, end - 1)) : undefined;
  if (!labels) return `invalid exemplar ${JSON.stringify(text.slice(0, 100))}`;
  const [value = '', time] = text
    .slice(end)
    .trim()
    .split(/[ \t]+/);
  const number = parseNumber(value);
  if (number === undefined) return `invalid value ${JSON.stringify(value)} of an exemplar`;
  const timestampMillis = time === undefined ? undefined : parseTimestamp(time, true);
  return { labels: SeriesLabels.of(labels), value: number, timestampMillis };
};

const LABEL = /\s*(?:([a-zA-Z_][a-zA-Z0-9_]*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)")?\s*(?:,|$)/y;

/** Parses the text between braces. A name in quotes without a value is that of the metric. @returns undefined for a fault */
const parseLabels = (text: string): [name: string, value: string][] | undefined => {
  const labels: [string, string][] = [];
  let at = 0;
  while (at < text.length) {
    LABEL.lastIndex = at;
    const [whole, plain, quoted, value] = LABEL.exec(text) ?? [];
    if (whole === undefined || whole === '') return text.slice(at).trim() === '' ? labels : undefined;
    at += whole.length;
    if (value !== undefined) labels.push([plain ?? unescape(quoted ?? ''), unescape(value)]);
    else if (quoted !== undefined) labels.push(['__name__', unescape(quoted)]);
    else return undefined;
  }
  return labels;
};

/** Parses name and labels of a sample. @returns undefined when they are malformed */
export const parseSeriesText = (text: string): SeriesLabels | undefined => {
  const brace = text.indexOf('{');
  const name = (brace < 0 ? text : text.slice(0, brace)).trim();
  const labels = brace < 0 ? [] : text.endsWith('}') ? parseLabels(text.slice(brace + 1, -1)) : undefined;
  if (!labels) return undefined;
  const names = new Set(labels.map(([label]) => label));
  if (names.size < labels.length) return undefined;
  if (name === '') return names.has('__name__') ? SeriesLabels.of(labels) : undefined;
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) return undefined;
  return SeriesLabels.of([...labels, ['__name__', name]]);
};

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

const unescape = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(.)/g, (whole, character: string) => ESCAPED[character] ?? whole)
    : text;
