import { GoSyntaxError } from '@lantern/go-syntax';
import { mapKey, type LogLabels, type UnixNano } from '@lantern/telemetry-model';
import type { Grouping, RangeAggregation, Stage, UnwrapConversion } from '../ast.js';
import { QUANTITIES, compileLabelTest } from '../pipeline/label-filter.js';
import { ERROR_LABEL, LineLabels } from '../pipeline/line-labels.js';
import { CheckPace } from './check-pace.js';
import { EvaluationError } from './evaluation-error.js';
import { compilePipeline, divideQuery } from './line-pipeline.js';
import type { LogSource } from './log-source.js';
import { neededFields } from './needed-fields.js';
import type { QueryControl } from './query-control.js';
import { filteredLabels, requiredLabels } from './required-labels.js';
import { labelsKey, sortedLabels } from './series.js';

/** Receives the samples of a query, line by line. */
export interface SampleSink<Target> {
  /** Called once for each set of labels. */
  open(labels: LogLabels, key: string): Target;
  add(target: Target, timeUnixNano: UnixNano, value: number): void;
}

export interface SampleRange {
  /** Not in the range. */
  readonly afterUnixNano: UnixNano;
  /** In the range. */
  readonly endUnixNano: UnixNano;
}

const CONVERSIONS: Readonly<Record<UnwrapConversion, (text: string) => number>> = {
  bytes: QUANTITIES.bytes,
  duration: QUANTITIES.duration,
  duration_seconds: QUANTITIES.duration,
};

const encoder = new TextEncoder();
const scratch = new Uint8Array(4096);

/** Returns the length of the text in UTF-8. */
const byteLength = (text: string): number =>
  text.length * 3 <= scratch.length ? encoder.encodeInto(text, scratch).written : encoder.encode(text).length;

/**
 * Reads the lines of a range, forward, and adds a sample for each line that passes the pipeline.
 *
 * @param grouping labels that identify a series; undefined for all labels
 * @throws {EvaluationError} for a line with an error
 */
export const readSamples = async <Target>(
  { log, operation, unwrap }: RangeAggregation,
  grouping: Grouping | undefined,
  { afterUnixNano, endUnixNano }: SampleRange,
  sink: SampleSink<Target>,
  source: LogSource,
  control: QueryControl,
): Promise<void> => {
  const { query, stages } = divideQuery(log);
  const isEverythingOne = grouping?.without === false && grouping.labels.length === 0;
  const neededStages = isEverythingOne && !unwrap ? withoutIdleParsers(stages) : stages;
  const pipeline = compilePipeline(neededStages);
  const fields = neededFields({ operation, unwrap }, grouping, neededStages);
  const valueOf = sampleValue(operation, unwrap);
  const filters = unwrap?.filters.map(compileLabelTest) ?? [];
  const targets = new SampleTargets(sampleGrouping(grouping, unwrap?.label), sink);
  const labels = new LineLabels(requiredLabels(unwrap, grouping, neededStages));
  // A grouping by the error, or a filter on it below an aggregation, counts lines with errors.
  const failsOnErrors = !(
    grouping?.without === false &&
    [...grouping.labels, ...filteredLabels(unwrap, stages)].includes(ERROR_LABEL)
  );
  const range = { startUnixNano: afterUnixNano + 1n, endUnixNano: endUnixNano + 1n };
  const pace = new CheckPace();
  const wanted = { ...query, range, direction: 'forward', ...(fields && { fields }) } as const;
  for await (const rows of source.read(wanted)) {
    for (const { labels: stream, entry } of rows) {
      // Awaiting undefined would cost a microtask.
      const pause = pace.isDueAfter(entry.line) ? control.checkpoint() : undefined;
      if (pause) await pause;
      labels.reset(stream, entry.structuredMetadata);
      const line = pipeline(entry.line, labels, entry.timeUnixNano);
      if (line === undefined) continue;
      const value = valueOf(line, labels);
      if (value === undefined || !filters.every((test) => test(labels))) continue;
      if (labels.error !== '' && failsOnErrors) throw pipelineError(labels);
      sink.add(targets.of(labels), entry.timeUnixNano, value);
    }
    await control.checkpoint();
  }
};

const PARSERS: ReadonlySet<Stage['kind']> = new Set(['json', 'logfmt', 'regexp', 'pattern']);

/** Removes parsers at the end, whose labels no stage reads. Loki removes them too, and with them their errors. */
const withoutIdleParsers = (stages: readonly Stage[]): readonly Stage[] =>
  stages.slice(0, stages.findLastIndex(({ kind }) => !PARSERS.has(kind)) + 1);

type SampleValue = (line: string, labels: LineLabels) => number | undefined;

const sampleValue = (
  operation: RangeAggregation['operation'],
  unwrap: RangeAggregation['unwrap'],
): SampleValue => {
  if (!unwrap) {
    return operation === 'bytes_over_time' || operation === 'bytes_rate' ? byteLength : () => 1;
  }
  const convert = unwrap.conversion ? CONVERSIONS[unwrap.conversion] : QUANTITIES.number;
  return (_, labels) => {
    const text = labels.get(unwrap.label);
    // A line without the label is no error.
    if (text === undefined || text === '') return undefined;
    try {
      return convert(text);
    } catch (error) {
      if (!(error instanceof GoSyntaxError)) throw error;
      labels.fail('SampleExtractionErr', error.message);
      return 0;
    }
  };
};

/** The unwrapped label does not identify a series. */
const sampleGrouping = (
  grouping: Grouping | undefined,
  unwrapped: string | undefined,
): Grouping | undefined => {
  if (unwrapped === undefined || grouping?.without === false) return grouping;
  return { without: true, labels: [...(grouping?.labels ?? []), unwrapped] };
};

/** Finds the series of a line. */
class SampleTargets<Target> {
  private readonly bySortedLabels = new Map<string, Target>();
  /** Targets by a key that is cheap to build. Several keys may have the same target. */
  private readonly byRawKey = new Map<string | undefined, Target>();
  private readonly by: readonly string[] | undefined;
  private readonly without: ReadonlySet<string>;

  constructor(
    grouping: Grouping | undefined,
    private readonly sink: SampleSink<Target>,
  ) {
    this.by = grouping?.without === false ? grouping.labels : undefined;
    this.without = new Set(grouping?.without ? grouping.labels : []);
  }

  of(labels: LineLabels): Target {
    if (this.by) return this.ofValues(labels, this.by);
    const all = labels.all();
    let raw = '';
    for (const name in all)
      if (!this.without.has(name))
        raw += `${name.length}:${name}${all[name]?.length ?? 0}:${all[name] ?? ''}`;
    raw = mapKey(raw);
    const known = this.byRawKey.get(raw);
    if (known !== undefined) return known;
    const kept = Object.fromEntries(Object.entries(all).filter(([name]) => !this.without.has(name)));
    return this.open(raw, kept);
  }

  private ofValues(labels: LineLabels, names: readonly string[]): Target {
    const raw = rawKeyOf(labels, names);
    const known = this.byRawKey.get(raw);
    if (known !== undefined) return known;
    const found = names.flatMap((name) => {
      const value = labels.get(name);
      return value === undefined ? [] : [[name, value] as const];
    });
    return this.open(raw, Object.fromEntries(found));
  }

  private open(raw: string | undefined, labels: LogLabels): Target {
    // Unlike operators on series, a pipeline distinguishes an empty label from an absent one, as in Loki.
    const sorted = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const key = labelsKey(sorted);
    const inMap = mapKey(key);
    let target = this.bySortedLabels.get(inMap);
    if (target === undefined) this.bySortedLabels.set(inMap, (target = this.sink.open(sorted, key)));
    this.byRawKey.set(raw, target);
    return target;
  }
}

/** Key of the values of some labels. Undefined for a single label that the line does not have. */
const rawKeyOf = (labels: LineLabels, names: readonly string[]): string | undefined => {
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    const value = labels.get(only);
    return value === undefined ? undefined : mapKey(value);
  }
  let raw = '';
  for (const name of names) {
    const value = labels.get(name);
    raw += value === undefined ? '-' : `${value.length}:${value}`;
  }
  return mapKey(raw);
};

const pipelineError = (labels: LineLabels): EvaluationError => {
  const { error } = labels;
  const all = sortedLabels(labels.all());
  const series = Object.entries(all)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');
  return new EvaluationError(
    `pipeline error: '${error}' for series: '{${series}}'.\n` +
      `Use a label filter to intentionally skip this error. (e.g | ${ERROR_LABEL}!="${error}").\n` +
      `To skip all potential errors you can match empty errors.(e.g ${ERROR_LABEL}="")\n` +
      `The label filter can also be specified after unwrap. (e.g | unwrap latency | ${ERROR_LABEL}="" )\n`,
  );
};
