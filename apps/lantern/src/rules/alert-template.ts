import {
  UTC,
  compileSearch,
  formatGoDuration,
  parseGoFloat,
  parsePrometheusDuration,
} from '@lantern/go-syntax';
import {
  TEMPLATE_FUNCTIONS,
  Template,
  TemplateMap,
  isList,
  type TemplateFunction,
  type TemplateList,
  type TemplateValue,
} from '@lantern/logql';
import type { VectorSample } from '@lantern/promql';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
} from './humanize.js';

/** Maximum number of distinct queries of one template. */
const MAX_QUERIES = 20;

const text = (value: TemplateValue | undefined): string =>
  value === undefined || typeof value === 'object' ? '' : String(value);

const number = (value: TemplateValue | undefined): number => {
  if (typeof value === 'string') return parseGoFloat(value);
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  throw new Error("can't convert the value to float");
};

const ofNumber =
  (format: (value: number) => string): TemplateFunction =>
  ([value]) =>
    format(number(value));

const ofText =
  (change: (value: string) => string): TemplateFunction =>
  ([value]) =>
    change(text(value));

/** Nanoseconds of a number of seconds. @throws {Error} for one that a time cannot have */
const nanos = (value: TemplateValue | undefined): bigint => {
  const seconds = number(value);
  if (!(Math.abs(seconds) < MAX_SECONDS))
    throw new Error(`${seconds} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  return BigInt(Math.round(seconds * 1_000)) * 1_000_000n;
};
const MAX_SECONDS = 2 ** 63 / 1e9;

const samples = (value: TemplateValue | undefined): TemplateList => {
  if (value === undefined || !isList(value)) throw new Error('wrong type of value; expected a query result');
  return value;
};

const sample = (value: TemplateValue | undefined): TemplateMap => {
  if (!(value instanceof TemplateMap)) throw new Error('wrong type of value; expected a sample');
  return value;
};

const labelOf = (value: TemplateValue | undefined, name: string): TemplateValue => {
  const labels = sample(value).entries.get('Labels');
  return labels instanceof TemplateMap ? (labels.entries.get(name) ?? '') : '';
};

const labelMap = (labels: Readonly<Record<string, string>>): TemplateMap =>
  new TemplateMap(new Map(Object.entries(labels)), '');

/** Functions of Go's own that Prometheus has as well. */
const GO_FUNCTIONS = [
  'and',
  'or',
  'not',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'html',
  'index',
  'js',
  'len',
  'print',
  'printf',
  'println',
  'slice',
  'urlquery',
];

/**
 * Functions of Prometheus' templates but those that depend on the evaluation.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/template_reference/
 */
const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  ...Object.fromEntries(Object.entries(TEMPLATE_FUNCTIONS).filter(([name]) => GO_FUNCTIONS.includes(name))),
  humanize: ofNumber(humanize),
  humanize1024: ofNumber(humanize1024),
  humanizeDuration: ofNumber(humanizeDuration),
  humanizePercentage: ofNumber(humanizePercentage),
  humanizeTimestamp: ofNumber(humanizeTimestamp),
  toTime: ([value]) => ({ unixNano: nanos(value), zone: UTC }),
  toDuration: ([value]) => formatGoDuration(nanos(value)),
  parseDuration: ([value]) => Number(parsePrometheusDuration(text(value))) / 1e9,
  title: ofText((value) =>
    value.replace(
      /(^|[^\p{L}\p{N}_'])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    ),
  ),
  toUpper: ofText((value) => value.toUpperCase()),
  toLower: ofText((value) => value.toLowerCase()),
  stripPort: ofText((value) => value.replace(/^(\[.*\]|[^:]*):\d+$/, '$1').replace(/^\[(.*)\]$/, '$1')),
  stripDomain: ofText((value) =>
    /^[\d.]+(:\d+)?$/.test(value) ? value : value.replace(/^([^.:]*)\.[^:]*/, '$1'),
  ),
  match: ([pattern, value]) => compileSearch(text(pattern))(text(value)),
  reReplaceAll: ([pattern = '', replacement = '', value = ''], context) =>
    TEMPLATE_FUNCTIONS.regexReplaceAll?.([pattern, value, replacement], context) ?? null,
  safeHtml: ofText((value) => value),
  urlQueryEscape: ofText((value) => encodeURIComponent(value).replaceAll('%20', '+')),
  graphLink: ofText((expression) => graphPath(expression, 0)),
  tableLink: ofText((expression) => graphPath(expression, 1)),
  first: ([result]) => {
    const [first] = samples(result);
    if (first === undefined) throw new Error('first() called on vector with no elements');
    return first;
  },
  value: ([given]) => sample(given).entries.get('Value') ?? null,
  label: ([name, given]) => labelOf(given, text(name)),
  strvalue: ([given]) => labelOf(given, '__value__'),
  sortByLabel: ([name, result]) => {
    const key = (given: TemplateValue): string => text(labelOf(given, text(name)));
    return samples(result).toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  },
  args: (values) =>
    new TemplateMap(new Map(Array.from(values, (value, index) => [`arg${index}`, value])), null),
};

/** Address of a page of Prometheus' UI that shows an expression. */
export const graphPath = (expression: string, tab: 0 | 1): string =>
  `/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=${tab}`;

/** Definitions in front of every template, as in Prometheus. */
const DEFINITIONS =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

/** Evaluation of a rule, in which its templates are expanded. */
export interface TemplateScope {
  readonly timeMillis: number;
  /** Address of Lantern's UI. */
  readonly externalUrl: string;
  /** Evaluates an expression at the time of the evaluation. */
  readonly query: (expression: string) => Promise<readonly VectorSample[]>;
}

/** One execution of a template. */
interface Execution extends TemplateScope {
  readonly results: ReadonlyMap<string, TemplateValue>;
  /** Expression whose result is missing. */
  missing?: string;
}

/** Template of a label or an annotation of an alert. */
export class AlertTemplate {
  private readonly template: Template | undefined;
  private execution: Execution | undefined;

  /** @throws {TemplateError} */
  constructor(
    private readonly source: string,
    name: string,
  ) {
    // Most labels are plain text.
    if (!source.includes('{{')) return;
    this.template = new Template(DEFINITIONS + source, name, {
      ...FUNCTIONS,
      query: ([expression]) => this.resultOf(text(expression)),
      now: () => (this.execution?.timeMillis ?? 0) / 1000,
      externalURL: () => this.execution?.externalUrl ?? '',
      pathPrefix: () => '',
    });
  }

  /**
   * Returns the text, or the error in its place, as Prometheus does: a wrong template must not hide an alert. A template
   * is executed without waiting. An execution that needs the result of a query is stopped, and repeated with it.
   */
  async expand(
    labels: Readonly<Record<string, string>>,
    value: number,
    scope: TemplateScope,
  ): Promise<string> {
    const { template } = this;
    if (!template) return this.source;
    const dot = new TemplateMap(
      new Map<string, TemplateValue>([
        ['Labels', labelMap(labels)],
        ['ExternalLabels', labelMap({})],
        ['ExternalURL', scope.externalUrl],
        ['Value', value],
      ]),
      null,
    );
    const results = new Map<string, TemplateValue>();
    try {
      for (;;) {
        const execution: Execution = { ...scope, results };
        this.execution = execution;
        try {
          return template.executeOn(dot);
        } catch (error) {
          const { missing } = execution;
          if (missing === undefined) throw error;
          if (results.size === MAX_QUERIES)
            throw new Error(`more than ${MAX_QUERIES} queries`, { cause: error });
          results.set(missing, (await scope.query(missing)).map(templateSample));
        }
      }
    } catch (error) {
      return `<error expanding template: ${(error as Error).message}>`;
    }
  }

  private resultOf(expression: string): TemplateValue {
    const { execution } = this;
    const result = execution?.results.get(expression);
    if (result !== undefined) return result;
    if (execution) execution.missing ??= expression;
    throw new Error(`the result of ${expression} is missing`);
  }
}

const templateSample = ({ labels, value }: VectorSample): TemplateMap =>
  new TemplateMap(
    new Map<string, TemplateValue>([
      ['Labels', labelMap(labels.toRecord())],
      ['Value', value],
    ]),
    null,
  );
