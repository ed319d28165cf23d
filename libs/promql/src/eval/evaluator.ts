import { printGoFloat } from '@lantern/go-syntax';
import { SeriesLabels, type NativeHistogram } from '@lantern/telemetry-model';
import { scaleHistogram } from '../histogram/histogram-sum.js';
import { nativeVariance } from '../histogram/native-quantile.js';
import {
  childrenOf,
  isSetOperator,
  typeOf,
  type Aggregation,
  type BinaryOperation,
  type Call,
  type Expr,
  type RangeSelector,
  type Subquery,
} from '../syntax/ast.js';
import { absentSteps } from './absent.js';
import { reduceGroups } from './aggregation.js';
import {
  DATE_FUNCTIONS,
  ELEMENT_FUNCTIONS,
  clamp,
  mapFloats,
  mapHistograms,
  roundTo,
  type ElementFunction,
} from './element-function.js';
import { fixedTime, selectorTimes, type EvaluationContext } from './evaluation-context.js';
import { histogramFraction, histogramQuantile } from './histogram-function.js';
import { evaluateSelector } from './instant-selector.js';
import { joinLabels, replaceLabels } from './label-function.js';
import { FLOAT, RowAllocator, repeatStep, setFloat, type Matrix } from './matrix.js';
import { checkedSteps } from './query-budget.js';
import { evaluateRangeFunction } from './range-function.js';
import { countValues, selectFromGroups } from './ranked-aggregation.js';
import { combineScalars, combineWithScalar } from './scalar-operation.js';
import { combineSets } from './set-operation.js';
import { sortByLabel, sortByValue } from './sort-function.js';
import { firstStep, stepTime, type Steps } from './steps.js';
import { combineVectors } from './vector-operation.js';

/** Functions whose result depends on the time of evaluation, also where their arguments do not. */
const TIME_FUNCTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(DATE_FUNCTIONS),
  'predict_linear',
  'time',
  'timestamp',
]);

const MILLIS_PER_SECOND = 1_000;

/** Evaluates expressions, each for all steps at once: a matrix of series and steps, or for a scalar one value per step. */
export class Evaluator {
  constructor(private readonly context: EvaluationContext) {}

  /** Evaluates an expression whose value is an instant vector. */
  async vector(expr: Expr, steps: Steps, functionName = ''): Promise<Matrix> {
    const { budget, pace } = this.context;
    pace.check();
    if (steps.count === 0) return [];
    const held = budget.held;
    const matrix = await this.vectorOf(expr, steps, functionName);
    // The memory of the operands is free now.
    budget.releaseTo(held, matrix.length * steps.count);
    return matrix;
  }

  private async vectorOf(expr: Expr, steps: Steps, functionName: string): Promise<Matrix> {
    if (steps.count > 1 && expr.kind !== 'number' && this.isFixed(expr)) {
      return repeatStep(await this.vectorOf(expr, firstStep(steps), functionName), steps.count);
    }
    switch (expr.kind) {
      case 'vector-selector':
        return evaluateSelector(expr, steps, this.context, { functionName });
      case 'parentheses':
        return this.vectorOf(expr.operand, steps, functionName);
      case 'unary':
        return this.unary(expr.operator, expr.operand, steps);
      case 'aggregation':
        return this.aggregation(expr, steps);
      case 'binary':
        return this.binary(expr, steps);
      case 'call':
        return this.call(expr, steps);
      default:
        throw new TypeError(`A ${expr.kind} is not an instant vector`);
    }
  }

  /** Evaluates an expression whose value is a scalar. */
  async scalar(expr: Expr, steps: Steps): Promise<Float64Array> {
    switch (expr.kind) {
      case 'number':
        return new Float64Array(steps.count).fill(expr.value);
      case 'parentheses':
        return this.scalar(expr.operand, steps);
      case 'unary': {
        const values = await this.scalar(expr.operand, steps);
        return expr.operator === '-' ? values.map((value) => -value) : values;
      }
      case 'binary': {
        if (isSetOperator(expr.operator)) break;
        const left = await this.scalar(expr.left, steps);
        return combineScalars(expr.operator, left, await this.scalar(expr.right, steps));
      }
      case 'call':
        return this.scalarCall(expr, steps);
      default:
    }
    throw new TypeError(`A ${expr.kind} is not a scalar`);
  }

  private async scalarCall(call: Call, steps: Steps): Promise<Float64Array> {
    const { query } = this.context;
    const constant = (value: number) => new Float64Array(steps.count).fill(value);
    switch (call.function.name) {
      case 'pi':
        return constant(Math.PI);
      case 'time':
        return Float64Array.from(
          { length: steps.count },
          (_, step) => stepTime(steps, step) / MILLIS_PER_SECOND,
        );
      case 'start':
        return constant(query.startMillis / MILLIS_PER_SECOND);
      case 'end':
        return constant(query.endMillis / MILLIS_PER_SECOND);
      case 'range':
        return constant((query.endMillis - query.startMillis) / MILLIS_PER_SECOND);
      case 'step':
        return constant(query.stepMillis / MILLIS_PER_SECOND);
      case 'max_of':
      case 'min_of': {
        const choose = call.function.name === 'max_of' ? Math.max : Math.min;
        const [left, right] = [await this.argument(call, 0, steps), await this.argument(call, 1, steps)];
        return left.map((value, step) => choose(value, right[step] ?? 0));
      }
      default:
        return this.onlyValues(await this.vector(operand(call, 0), steps), steps);
    }
  }

  /** The value of the only series at each step; NaN where there is none or more than one. */
  private onlyValues(matrix: Matrix, steps: Steps): Float64Array {
    const values = new Float64Array(steps.count).fill(Number.NaN);
    const found = new Uint32Array(steps.count);
    for (const row of matrix) {
      for (let step = 0; step < steps.count; step++) {
        if (row.kinds[step] !== FLOAT) continue;
        found[step] = (found[step] ?? 0) + 1;
        values[step] = found[step] === 1 ? (row.values[step] ?? 0) : Number.NaN;
      }
    }
    return values;
  }

  private argument(call: Call, index: number, steps: Steps): Promise<Float64Array> {
    return this.scalar(operand(call, index), steps);
  }

  private async unary(operator: '+' | '-', inner: Expr, steps: Steps): Promise<Matrix> {
    const matrix = await this.vector(inner, steps);
    if (operator === '+') return matrix;
    for (const row of matrix) {
      row.dropsName = true;
      const { values, histograms } = row;
      await this.context.pace.slices(steps.count, (from, to) => {
        for (let step = from; step < to; step++) {
          values[step] = -(values[step] ?? 0);
          const histogram = histograms?.[step];
          if (histogram) histograms[step] = scaleHistogram(histogram, -1);
        }
      });
    }
    return matrix;
  }

  private async aggregation(expr: Aggregation, steps: Steps): Promise<Matrix> {
    const { operator, parameter } = expr;
    const inner = withoutParentheses(expr.operand);
    if (operator === 'count_values') {
      const label = parameter && withoutParentheses(parameter);
      const matrix = await this.vector(inner, steps, operator);
      return countValues(expr, label?.kind === 'string' ? label.value : '', matrix, this.context);
    }
    const values = parameter && (await this.scalar(parameter, steps));
    const matrix = await this.vector(inner, steps, operator);
    switch (operator) {
      case 'topk':
      case 'bottomk':
      case 'limitk':
      case 'limit_ratio':
        return selectFromGroups(expr, values ?? new Float64Array(steps.count), matrix, this.context);
      default:
        return reduceGroups(expr, values, matrix, this.context);
    }
  }

  private async binary(expr: BinaryOperation, steps: Steps): Promise<Matrix> {
    const { operator, left, right, returnsBool, position, matching } = expr;
    const [leftType, rightType] = [typeOf(left), typeOf(right)];
    if (leftType === 'vector' && rightType === 'vector') {
      const leftMatrix = await this.vector(left, steps);
      const rightMatrix = await this.vector(right, steps);
      if (!matching) throw new TypeError('An operation between vectors has a matching');
      if (isSetOperator(operator)) {
        return combineSets(operator, matching, leftMatrix, rightMatrix, this.context.pace);
      }
      return combineVectors(
        { operator, returnsBool, position },
        matching,
        leftMatrix,
        rightMatrix,
        this.context,
      );
    }
    if (isSetOperator(operator)) throw new TypeError('A set operator has two vectors');
    const operation = { operator, returnsBool, position };
    const isScalarLeft = leftType === 'scalar';
    const scalar = await this.scalar(isScalarLeft ? left : right, steps);
    const matrix = await this.vector(isScalarLeft ? right : left, steps);
    return combineWithScalar(operation, matrix, scalar, isScalarLeft, this.context);
  }

  private async call(call: Call, steps: Steps): Promise<Matrix> {
    const { name } = call.function;
    const range = call.args.map(withoutParentheses).find(isRange);
    if (range) return this.rangeCall(call, range, steps);
    const element = ELEMENT_FUNCTIONS[name];
    if (element)
      return mapFloats(await this.vector(operand(call, 0), steps, name), element, this.context.pace);
    const date = DATE_FUNCTIONS[name];
    if (date) return this.dateCall(call, date, steps);
    if (name.startsWith('histogram_')) return this.histogramCall(call, steps);
    return this.otherCall(call, steps);
  }

  private async rangeCall(call: Call, range: RangeSelector | Subquery, steps: Steps): Promise<Matrix> {
    const scalars: Float64Array[] = [];
    for (const arg of call.args) if (typeOf(arg) === 'scalar') scalars.push(await this.scalar(arg, steps));
    const matrix = await evaluateRangeFunction(call, range, scalars, steps, this.context, (subquery) =>
      this.subquery(subquery, steps),
    );
    return call.function.name === 'absent_over_time' ? absentSteps(matrix, range, steps.count) : matrix;
  }

  /** Evaluates the operand of a subquery at multiples of its step, which all steps of the query share. */
  async subquery(expr: Subquery, steps: Steps): Promise<{ matrix: Matrix; steps: Steps }> {
    const { rangeMillis, operand: inner } = expr;
    const intervalMillis = expr.stepMillis > 0 ? expr.stepMillis : this.context.defaultStepMillis;
    const { firstMillis, lastMillis } = selectorTimes(expr, steps, this.context);
    const startMillis = (Math.floor((firstMillis - rangeMillis) / intervalMillis) + 1) * intervalMillis;
    const count = checkedSteps(Math.floor((lastMillis - startMillis) / intervalMillis) + 1);
    const own = { startMillis, intervalMillis, count };
    return { matrix: await this.vector(inner, own), steps: own };
  }

  private async dateCall(call: Call, read: ElementFunction, steps: Steps): Promise<Matrix> {
    if (call.args.length > 0)
      return mapFloats(await this.vector(operand(call, 0), steps), read, this.context.pace);
    return this.constantRow(steps, (step) =>
      read(Math.floor(stepTime(steps, step) / MILLIS_PER_SECOND), step),
    );
  }

  private constantRow(steps: Steps, valueAt: (step: number) => number): Matrix {
    const row = new RowAllocator(steps.count).create(SeriesLabels.EMPTY, false);
    for (let step = 0; step < steps.count; step++) setFloat(row, step, valueAt(step));
    return [row];
  }

  private async histogramCall(call: Call, steps: Steps): Promise<Matrix> {
    const { name } = call.function;
    const at = (index: number) => operand(call, index);
    switch (name) {
      case 'histogram_quantile': {
        const phi = await this.argument(call, 0, steps);
        const matrix = await this.vector(at(1), steps, name);
        const positions = { quantile: at(0).position, histograms: at(1).position };
        return histogramQuantile(phi, { matrix, steps, positions }, this.context);
      }
      case 'histogram_quantiles':
        return this.histogramQuantiles(call, steps);
      case 'histogram_fraction': {
        const [lower, upper] = [await this.argument(call, 0, steps), await this.argument(call, 1, steps)];
        const matrix = await this.vector(at(2), steps, name);
        return histogramFraction(lower, upper, matrix, steps, at(2).position, this.context);
      }
      default: {
        const matrix = await this.vector(at(0), steps, name);
        const map = (apply: (histogram: NativeHistogram) => number) =>
          mapHistograms(matrix, apply, this.context.pace);
        switch (name) {
          case 'histogram_count':
            return map(({ count }) => count);
          case 'histogram_sum':
            return map(({ sum }) => sum);
          case 'histogram_avg':
            return map(({ sum, count }) => sum / count);
          case 'histogram_stddev':
            return map((histogram) => Math.sqrt(nativeVariance(histogram)));
          default:
            return map(nativeVariance);
        }
      }
    }
  }

  private async histogramQuantiles(call: Call, steps: Steps): Promise<Matrix> {
    const matrix = await this.vector(operand(call, 0), steps, call.function.name);
    const label = stringArgument(call, 1);
    const results: Matrix = [];
    for (let index = 2; index < call.args.length; index++) {
      const phi = await this.argument(call, index, steps);
      const value = openMetricsFloat(phi[0] ?? Number.NaN);
      const positions = { quantile: operand(call, index).position, histograms: operand(call, 0).position };
      const relabel = (labels: SeriesLabels) => labels.with(label, value);
      results.push(...(await histogramQuantile(phi, { matrix, steps, positions, relabel }, this.context)));
    }
    return results;
  }

  private async otherCall(call: Call, steps: Steps): Promise<Matrix> {
    const { name } = call.function;
    const input = (hint = name) => this.vector(operand(call, 0), steps, hint);
    switch (name) {
      case 'vector': {
        const values = await this.argument(call, 0, steps);
        return this.constantRow(steps, (step) => values[step] ?? 0);
      }
      case 'absent':
        return absentSteps(await input(), operand(call, 0), steps.count);
      case 'timestamp':
        return this.timestamps(call, steps);
      case 'round': {
        const nearest = call.args.length > 1 ? await this.argument(call, 1, steps) : undefined;
        return mapFloats(
          await input(),
          (value, step) => roundTo(value, nearest?.[step] ?? 1),
          this.context.pace,
        );
      }
      case 'clamp':
      case 'clamp_max':
      case 'clamp_min':
        return this.clampCall(call, steps);
      case 'label_replace':
        return replaceLabels(await input(''), stringArguments(call));
      case 'label_join':
        return joinLabels(await input(''), stringArguments(call));
      default:
        return this.sortCall(call, steps);
    }
  }

  private async clampCall(call: Call, steps: Steps): Promise<Matrix> {
    const { name } = call.function;
    const first = await this.argument(call, 1, steps);
    const unlimited = (value: number) => new Float64Array(steps.count).fill(value);
    const min = name === 'clamp_max' ? unlimited(-Infinity) : first;
    const max =
      name === 'clamp_max'
        ? first
        : name === 'clamp'
          ? await this.argument(call, 2, steps)
          : unlimited(Infinity);
    const limit: ElementFunction = (value, step) => clamp(value, min[step] ?? 0, max[step] ?? 0);
    const matrix = await mapFloats(
      await this.vector(operand(call, 0), steps, name),
      limit,
      this.context.pace,
    );
    for (let step = 0; step < steps.count; step++) {
      if ((max[step] ?? 0) < (min[step] ?? 0)) for (const { kinds } of matrix) kinds[step] = 0;
    }
    return matrix;
  }

  private async timestamps(call: Call, steps: Steps): Promise<Matrix> {
    const argument = operand(call, 0);
    if (argument.kind === 'vector-selector') {
      const matrix = await evaluateSelector(argument, steps, this.context, { field: 'time' });
      for (const row of matrix) row.dropsName = true;
      return matrix;
    }
    const matrix = await this.vector(argument, steps);
    for (const row of matrix) {
      row.dropsName = true;
      for (let step = 0; step < steps.count; step++) {
        if (row.kinds[step] !== 0) setFloat(row, step, stepTime(steps, step) / MILLIS_PER_SECOND);
      }
    }
    return matrix;
  }

  private async sortCall(call: Call, steps: Steps): Promise<Matrix> {
    const { name } = call.function;
    if (steps.count > 1) {
      this.context.annotations.warn(
        'sort is ineffective for range queries since results are always ordered by labels',
        call.position,
      );
    }
    const matrix = await this.vector(operand(call, 0), steps, name);
    const direction = name.endsWith('_desc') ? 'descending' : 'ascending';
    return name.startsWith('sort_by_label')
      ? sortByLabel(matrix, stringArguments(call), direction)
      : sortByValue(matrix, direction);
  }

  /** Whether an expression has the same value at all steps, because `@` fixes the time of all its selectors. */
  private isFixed(expr: Expr): boolean {
    switch (expr.kind) {
      case 'number':
      case 'string':
        return true;
      case 'vector-selector':
        return fixedTime(expr.at, this.context) !== undefined;
      case 'range-selector':
        return this.isFixed(expr.selector);
      case 'subquery':
        return fixedTime(expr.at, this.context) !== undefined;
      case 'call': {
        const { name } = expr.function;
        const argument = expr.args[0] && withoutParentheses(expr.args[0]);
        // The timestamp of a fixed sample is fixed. That of any other value is the time of evaluation.
        if (name === 'timestamp') return argument?.kind === 'vector-selector' && this.isFixed(argument);
        return !TIME_FUNCTIONS.has(name) && expr.args.every((each) => this.isFixed(each));
      }
      default:
        return childrenOf(expr).every((child) => this.isFixed(child));
    }
  }
}

const withoutParentheses = (expr: Expr): Expr =>
  expr.kind === 'parentheses' ? withoutParentheses(expr.operand) : expr;

const isRange = (expr: Expr): expr is RangeSelector | Subquery =>
  expr.kind === 'range-selector' || expr.kind === 'subquery';

const operand = (call: Call, index: number): Expr => {
  const arg = call.args[index];
  // The parser has checked the number of arguments.
  if (!arg) throw new TypeError(`${call.function.name} has no argument ${index + 1}`);
  return withoutParentheses(arg);
};

const stringArgument = (call: Call, index: number): string => {
  const arg = operand(call, index);
  return arg.kind === 'string' ? arg.value : '';
};

/** All arguments but the first, which are strings. */
const stringArguments = (call: Call): string[] =>
  call.args.slice(1).map((_, index) => stringArgument(call, index + 1));

/** As OpenMetrics writes a number that identifies a series: with a point. */
const openMetricsFloat = (value: number): string => {
  const text = printGoFloat(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
};
