import { parseGoFloat, parsePrometheusDuration } from '@lantern/go-syntax';
import {
  TEMPLATE_FUNCTIONS,
  Template,
  TemplateMap,
  type TemplateFunction,
  type TemplateValue,
} from '@lantern/logql';
import {
  humanize,
  humanize1024,
  humanizeDuration,
  humanizePercentage,
  humanizeTimestamp,
} from './humanize.js';

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
  'index',
  'len',
  'print',
  'printf',
  'println',
];

/**
 * Functions of Prometheus' templates but `query` and those of its console pages.
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
  match: ([pattern, value]) => new RegExp(text(pattern), 'u').test(text(value)),
  reReplaceAll: ([pattern, replacement, value]) =>
    text(value).replace(new RegExp(text(pattern), 'gu'), text(replacement).replace(/\$\{(\w+)\}/g, '$$$1')),
  safeHtml: ofText((value) => value),
  graphLink: ofText((expression) => graphPath(expression, 0)),
  tableLink: ofText((expression) => graphPath(expression, 1)),
  pathPrefix: () => '',
  externalURL: () => '',
};

/** Address of a page of Prometheus' UI that shows an expression. */
export const graphPath = (expression: string, tab: 0 | 1): string =>
  `/graph?g0.expr=${encodeURIComponent(expression)}&g0.tab=${tab}`;

/** Definitions in front of every template, as in Prometheus. */
const DEFINITIONS =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';

/** Template of a label or an annotation of an alert. */
export class AlertTemplate {
  private readonly template: Template | undefined;

  /** @throws {TemplateError} */
  constructor(
    private readonly source: string,
    name: string,
  ) {
    // Most labels are plain text.
    if (source.includes('{{')) this.template = new Template(DEFINITIONS + source, name, FUNCTIONS);
  }

  /** Returns the text, or the error in its place, as Prometheus does: a wrong template must not hide an alert. */
  expand(labels: Readonly<Record<string, string>>, value: number): string {
    if (!this.template) return this.source;
    const dot = new TemplateMap(
      new Map<string, TemplateValue>([
        ['Labels', new TemplateMap(new Map(Object.entries(labels)), '')],
        ['ExternalLabels', new TemplateMap(new Map(), '')],
        ['ExternalURL', ''],
        ['Value', value],
      ]),
      null,
    );
    try {
      return this.template.executeOn(dot);
    } catch (error) {
      return `<error expanding template: ${(error as Error).message}>`;
    }
  }
}
