import type { Stage } from '../ast.js';
import { compileDrop, compileKeep } from './choose-labels.js';
import { decolorize } from './decolorize.js';
import { compileLabelFormat, compileLineFormat } from './format.js';
import { compileJson, compileJsonExtractions, compileUnpack } from './json.js';
import { compileLabelFilter } from './label-filter.js';
import { compileLineFilter } from './line-filter.js';
import type { LineStage } from './line-stage.js';
import { compileLogfmt } from './logfmt.js';
import { compilePatternParser } from './pattern.js';
import { compileRegexp } from './regexp.js';

const compiledStages = new WeakMap<Stage, LineStage>();

/**
 * Compiles a stage, once: the parser does, to report errors, and the evaluator gets the same function.
 *
 * @throws {LogqlParseError} when an expression, pattern or template of the stage is invalid
 */
export const compileStage = (stage: Stage): LineStage => {
  const known = compiledStages.get(stage);
  if (known) return known;
  const compiled = compile(stage);
  compiledStages.set(stage, compiled);
  return compiled;
};

const compile = (stage: Stage): LineStage => {
  switch (stage.kind) {
    case 'line-filter':
      return compileLineFilter(stage);
    case 'label-filter':
      return compileLabelFilter(stage.filter);
    case 'json':
      return stage.extractions.length === 0 ? compileJson() : compileJsonExtractions(stage.extractions);
    case 'logfmt':
      return compileLogfmt(stage);
    case 'regexp':
      return compileRegexp(stage.expression);
    case 'pattern':
      return compilePatternParser(stage.pattern);
    case 'unpack':
      return compileUnpack();
    case 'line-format':
      return compileLineFormat(stage);
    case 'label-format':
      return compileLabelFormat(stage);
    case 'decolorize':
      return decolorize;
    case 'drop':
      return compileDrop(stage.labels);
    case 'keep':
      return compileKeep(stage.labels);
  }
};
