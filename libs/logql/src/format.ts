import {
  formatBytes,
  formatGoDuration,
  formatGoFloat,
  formatPrometheusDuration,
  goQuote,
} from '@lantern/go-syntax';
import type {
  BinaryOperation,
  Extraction,
  Grouping,
  LabelChoice,
  LabelFilter,
  LabelFormat,
  LineFilterStage,
  LogExpr,
  LogqlExpr,
  Matcher,
  QuantityComparison,
  RangeAggregation,
  Stage,
  Unwrap,
  VectorAggregation,
} from './ast.js';

/** Formats a query. Parsing the result returns the same tree. */
export const formatLogql = (expression: LogqlExpr): string => {
  switch (expression.kind) {
    case 'log':
      return formatLog(expression);
    case 'range-aggregation':
      return formatRangeAggregation(expression);
    case 'vector-aggregation':
      return formatVectorAggregation(expression);
    case 'binary':
      return formatBinary(expression);
    case 'label-replace': {
      const { operand, destination, replacement, source, expression: pattern } = expression;
      return `label_replace(${[formatLogql(operand), ...[destination, replacement, source, pattern].map(goQuote)].join(', ')})`;
    }
    case 'vector':
      return `vector(${formatGoFloat(expression.value)})`;
    case 'number':
      return formatGoFloat(expression.value);
  }
};

export const formatSelector = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(formatMatcher).join(', ')}}`;

const formatLog = ({ matchers, stages }: LogExpr): string =>
  [formatSelector(matchers), ...stages.map(formatStage)].join(' ');

export const formatMatcher = ({ name, operator, value }: Matcher): string =>
  `${name}${operator}${goQuote(value)}`;

export const formatStage = (stage: Stage): string => {
  switch (stage.kind) {
    case 'line-filter':
      return formatLineFilter(stage);
    case 'label-filter':
      return `| ${formatLabelFilter(stage.filter)}`;
    case 'json':
      return ['| json', formatExtractions(stage.extractions)].join('');
    case 'logfmt':
      return [
        '| logfmt',
        stage.strict ? ' --strict' : '',
        stage.keepEmpty ? ' --keep-empty' : '',
        formatExtractions(stage.extractions),
      ].join('');
    case 'regexp':
      return `| regexp ${goQuote(stage.expression)}`;
    case 'pattern':
      return `| pattern ${goQuote(stage.pattern)}`;
    case 'unpack':
      return '| unpack';
    case 'line-format':
      return `| line_format ${goQuote(stage.template)}`;
    case 'label-format':
      return `| label_format ${stage.formats.map(formatLabelFormat).join(', ')}`;
    case 'decolorize':
      return '| decolorize';
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map(formatChoice).join(', ')}`;
  }
};

const formatLineFilter = ({ operator, texts }: LineFilterStage): string =>
  `${operator} ${texts.map((text) => (typeof text === 'string' ? goQuote(text) : formatIp(text.pattern))).join(' or ')}`;

const formatIp = (pattern: string): string => `ip(${goQuote(pattern)})`;

const formatExtractions = (extractions: readonly Extraction[]): string =>
  extractions.length === 0
    ? ''
    : ` ${extractions.map(({ label, expression }) => `${label}=${goQuote(expression)}`).join(', ')}`;

const formatLabelFormat = ({ label, from }: LabelFormat): string =>
  `${label}=${from.kind === 'label' ? from.name : goQuote(from.template)}`;

const formatChoice = (choice: LabelChoice): string =>
  typeof choice === 'string' ? choice : formatMatcher(choice);

/** Every combination in parentheses but the outermost, so that none depends on precedence. */
export const formatLabelFilter = (filter: LabelFilter, nested = false): string => {
  switch (filter.kind) {
    case 'comparison':
      return formatMatcher(filter.matcher);
    case 'quantity':
      return `${filter.name}${filter.operator}${formatQuantity(filter)}`;
    case 'ip-comparison':
      return `${filter.name}${filter.operator}${formatIp(filter.pattern)}`;
    default: {
      const sides = [filter.left, filter.right].map((side) => formatLabelFilter(side, true));
      const text = sides.join(` ${filter.kind} `);
      return nested ? `(${text})` : text;
    }
  }
};

const formatQuantity = ({ unit, value }: QuantityComparison): string => {
  switch (unit) {
    case 'number':
      return formatGoFloat(value);
    case 'duration':
      return formatGoDuration(BigInt(Math.round(value * 1e9)));
    case 'bytes':
      return formatBytes(value);
  }
};

const formatRangeAggregation = (aggregation: RangeAggregation): string => {
  const { operation, parameter, log, unwrap, intervalNanos, offsetNanos, grouping } = aggregation;
  const range =
    formatLog(log) +
    (unwrap ? ` ${formatUnwrap(unwrap)} ` : '') +
    `[${formatInterval(intervalNanos)}]` +
    (offsetNanos === 0n ? '' : ` offset ${formatGoDuration(offsetNanos)}`);
  const parameters = parameter === undefined ? range : `${formatGoFloat(parameter)}, ${range}`;
  return `${operation}(${parameters})${grouping ? ` ${formatGrouping(grouping)}` : ''}`;
};

const formatUnwrap = ({ label, conversion, filters }: Unwrap): string =>
  [
    `| unwrap ${conversion ? `${conversion}(${label})` : label}`,
    ...filters.map((filter) => `| ${formatLabelFilter(filter)}`),
  ].join(' ');

/** Durations below Prometheus' resolution are written as Go writes them. */
const formatInterval = (nanos: bigint): string =>
  nanos % 1_000_000n === 0n ? formatPrometheusDuration(nanos) : formatGoDuration(nanos);

const formatGrouping = ({ without, labels }: Grouping): string =>
  `${without ? 'without' : 'by'} (${labels.join(', ')})`;

const formatVectorAggregation = ({ operation, parameter, grouping, operand }: VectorAggregation): string => {
  const group = grouping ? ` ${formatGrouping(grouping)} ` : '';
  const count = parameter === undefined ? '' : `${parameter}, `;
  return `${operation}${group}(${count}${formatLogql(operand)})`;
};

const formatBinary = ({ operator, returnsBool, matching, left, right }: BinaryOperation): string => {
  const words: string[] = [operator];
  if (returnsBool) words.push('bool');
  if (matching.on || matching.labels.length > 0 || matching.cardinality !== 'one-to-one') {
    words.push(`${matching.on ? 'on' : 'ignoring'} (${matching.labels.join(', ')})`);
  }
  if (matching.cardinality !== 'one-to-one') {
    const side = matching.cardinality === 'many-to-one' ? 'group_left' : 'group_right';
    words.push(`${side} (${matching.include.join(', ')})`);
  }
  return `(${formatLogql(left)} ${words.join(' ')} ${formatLogql(right)})`;
};
