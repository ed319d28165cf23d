import { TemplateError } from '@lantern/logql';
import { PromqlParseError, parsePromql } from '@lantern/promql';
import { z } from 'zod';
import { yamlDuration, yamlLabels } from '../yaml/yaml-document.js';
import { AlertTemplate } from './alert-template.js';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

const rule = z
  .strictObject({
    record: z.string().optional(),
    alert: z.string().optional(),
    expr: z.union([z.string(), z.number()]).transform(String),
    for: yamlDuration.default(0),
    keep_firing_for: yamlDuration.default(0),
    labels: yamlLabels.default({}),
    annotations: yamlLabels.default({}),
  })
  .superRefine((value, context) => {
    const fault = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((value.record === undefined) === (value.alert === undefined))
      fault('record', "exactly one of 'record' and 'alert' must be set");
    if (value.record !== undefined) {
      if (!METRIC_NAME.test(value.record)) fault('record', `invalid recording rule name: ${value.record}`);
      for (const field of ['for', 'keep_firing_for'] as const)
        if (value[field] > 0) fault(field, `invalid field '${field}' in recording rule`);
      if (Object.keys(value.annotations).length > 0)
        fault('annotations', "invalid field 'annotations' in recording rule");
    }
    try {
      parsePromql(value.expr);
    } catch (error) {
      if (!(error instanceof PromqlParseError)) throw error;
      fault('expr', `could not parse expression: ${error.message}`);
    }
    for (const field of ['labels', 'annotations'] as const) {
      for (const [name, template] of Object.entries(value[field])) {
        try {
          new AlertTemplate(template, `__alert_${value.alert ?? ''}`);
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
          fault(field, `${name}: ${error.message}`);
        }
      }
    }
  });

const group = z.strictObject({
  name: z.string().min(1),
  interval: yamlDuration.optional(),
  query_offset: yamlDuration.default(0),
  limit: z.number().int().nonnegative().default(0),
  labels: yamlLabels.default({}),
  rules: z.array(rule).default([]),
});

/** File of recording and alerting rules. @see https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/ */
export const ruleFile = z
  .strictObject({ groups: z.array(group).default([]) })
  .superRefine(({ groups }, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of groups.entries()) {
      if (names.has(name))
        context.addIssue({
          code: 'custom',
          path: ['groups', index, 'name'],
          message: `groupname: "${name}" is repeated in the same file`,
        });
      names.add(name);
    }
  });

export type GroupConfig = z.output<typeof group>;
export type RuleConfig = z.output<typeof rule>;
