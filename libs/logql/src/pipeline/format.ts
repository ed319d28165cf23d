import { formatStage } from '../format.js';
import type { LabelFormatStage, LineFormatStage, Stage } from '../ast.js';
import { LogqlParseError } from '../parse-error.js';
import { Template } from '../template/template.js';
import { TemplateError } from '../template/value.js';
import { ERROR_LABEL } from './line-labels.js';
import type { LineStage } from './line-stage.js';

const refuse = (stage: Stage, reason: string) =>
  new LogqlParseError(`stage '${formatStage(stage)}' : ${reason}`);

const compileTemplate = (stage: Stage, template: string, name: string, what: string): Template => {
  try {
    return new Template(template, name);
  } catch (error) {
    if (error instanceof TemplateError) throw refuse(stage, `${what}: ${error.message}`);
    throw error;
  }
};

/** @throws {LogqlParseError} */
export const compileLineFormat = (stage: LineFormatStage): LineStage => {
  const template = compileTemplate(stage, stage.template, 'line', 'invalid line template');
  return (line, labels, timeUnixNano) => {
    try {
      return template.execute({ labels: labels.all(), line, timeUnixNano });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      labels.fail('TemplateFormatErr', error.message);
      return line;
    }
  };
};

/** @throws {LogqlParseError} */
export const compileLabelFormat = (stage: LabelFormatStage): LineStage => {
  const names = stage.formats.map(({ label }) => label);
  if (names.includes(ERROR_LABEL)) throw refuse(stage, `${ERROR_LABEL} cannot be formatted`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw refuse(stage, `multiple label name '${twice}' not allowed in a single format operation`);
  }
  const formats = stage.formats.map(({ label, from }) => ({
    label,
    from: from.kind === 'label' ? from.name : undefined,
    template:
      from.kind === 'template'
        ? compileTemplate(stage, from.template, 'label', `invalid template for label '${label}'`)
        : undefined,
  }));
  return (line, labels, timeUnixNano) => {
    // All templates of a stage see the labels as they are at the first of them.
    let before: Record<string, string> | undefined;
    for (const { label, from, template } of formats) {
      if (from !== undefined) {
        const value = labels.get(from);
        if (value === undefined) continue;
        labels.remove(from);
        labels.set(label, value);
      }
      if (template === undefined) continue;
      before ??= labels.all();
      try {
        labels.set(label, template.execute({ labels: before, line, timeUnixNano }));
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        labels.fail('TemplateFormatErr', error.message);
      }
    }
    return line;
  };
};
