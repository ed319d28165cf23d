/** One line of an exposition. */
export interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
  exemplar?: { labels: Record<string, string>; value: number; timestamp: number };
}

export interface ParsedFamily {
  type: string;
  unit?: string;
  samples: ParsedSample[];
}

const labelPattern = '([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\\\\n]|\\\\["\\\\n])*)"';
const labelsPattern = `(?:${labelPattern}(?:,${labelPattern})*)?`;
const numberPattern = '(?:[+-]Inf|NaN|-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)';
const samplePattern = new RegExp(
  `^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${labelsPattern})\\})? (${numberPattern})` +
    `(?: # \\{(${labelsPattern})\\} (${numberPattern}) (\\d+\\.\\d+))?$`,
);

/**
 * Reads Prometheus' text format, or OpenMetrics, and throws on input that a scraper would reject: a line that is
 * none, samples outside their family, a series twice, buckets that do not add up, an exemplar of the wrong bucket.
 */
export const parseExposition = (
  text: string,
  format: 'prometheus' | 'openmetrics',
): Map<string, ParsedFamily> => {
  const families = new Map<string, ParsedFamily>();
  const series = new Set<string>();
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The last line has no end');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new Error('No # EOF at the end');
  let current: [name: string, family: ParsedFamily] | undefined;
  for (const line of lines) {
    const comment = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, keyword, name = '', rest = ''] = comment;
      if (current?.[0] !== name) {
        if (families.has(name)) throw new Error(`${name} comes twice`);
        current = [name, { type: 'unknown', samples: [] }];
        families.set(...current);
      }
      const [, family] = current;
      if (family.samples.length > 0) throw new Error(`Metadata after samples: ${line}`);
      if (keyword === 'TYPE') family.type = rest;
      if (keyword === 'UNIT') family.unit = rest;
      continue;
    }
    const match = samplePattern.exec(line);
    if (!match || !current) throw new Error(`Neither metadata nor a sample: ${line}`);
    const [familyName, family] = current;
    const [, name = '', labels = '', , , , , value = ''] = match;
    if (!namesOf(familyName, family.type, format).includes(name)) throw new Error(`${line} in ${familyName}`);
    if (series.has(`${name}{${labels}}`)) throw new Error(`A series twice: ${line}`);
    series.add(`${name}{${labels}}`);
    const sample: ParsedSample = { name, labels: parseLabels(labels), value: parseNumber(value) };
    const exemplarLabels = match[8];
    if (exemplarLabels !== undefined) {
      if (format === 'prometheus') throw new Error(`An exemplar in the old format: ${line}`);
      sample.exemplar = {
        labels: parseLabels(exemplarLabels),
        value: parseNumber(match[13] ?? ''),
        timestamp: Number(match[14]),
      };
    }
    family.samples.push(sample);
  }
  for (const [name, family] of families) {
    if (family.type === 'histogram') checkHistogram(name, family);
    if (family.unit !== undefined && !name.endsWith(`_${family.unit}`)) throw new Error(`${name}: its unit`);
  }
  return families;
};

const namesOf = (family: string, type: string, format: string): string[] => {
  if (type === 'histogram') return [`${family}_bucket`, `${family}_sum`, `${family}_count`];
  if (type !== 'counter') return [family];
  if (format === 'openmetrics') return [`${family}_total`];
  if (!family.endsWith('_total')) throw new Error(`Counter ${family} without _total`);
  return [family];
};

const checkHistogram = (name: string, { samples }: ParsedFamily): void => {
  const seriesOf = Map.groupBy(samples, ({ labels: { le: _, ...labels } }) => JSON.stringify(labels));
  for (const [labels, ofSeries] of seriesOf) {
    const buckets = ofSeries.filter((sample) => sample.name === `${name}_bucket`);
    const count = ofSeries.find((sample) => sample.name === `${name}_count`)?.value;
    // A series at zero is its count alone: no scraper needs the buckets of what has not happened.
    if (ofSeries.length === 1 && count === 0) continue;
    if (buckets.at(-1)?.labels.le !== '+Inf' || buckets.at(-1)?.value !== count) {
      throw new Error(`${name}${labels}: the last bucket is not the count`);
    }
    let [bound, below] = [-Infinity, 0];
    for (const { labels: bucketLabels, value, exemplar } of buckets) {
      const le = parseNumber(bucketLabels.le ?? '');
      if (!(le > bound) || value < below) throw new Error(`${name}${labels}: buckets are out of order`);
      if (exemplar && !(exemplar.value > bound && exemplar.value <= le)) {
        throw new Error(`${name}${labels}: an exemplar outside its bucket`);
      }
      [bound, below] = [le, value];
    }
  }
};

const parseLabels = (text: string): Record<string, string> => {
  const labels: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(new RegExp(labelPattern, 'g'))) {
    if (name in labels) throw new Error(`Label ${name} twice in ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
  }
  return labels;
};

const parseNumber = (text: string): number =>
  text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
