import { createHash } from 'node:crypto';
import { compileRegex, expandReplacement, type Regex, type RegexMatch } from '@lantern/go-syntax';
import { z } from 'zod';

/** Labels that rules rewrite. */
export type LabelMap = Map<string, string>;

const ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

/** Expression that has to match the whole text. */
const expression = z.union([z.string(), z.number(), z.boolean()]).transform((text, context) => {
  try {
    return compileRegex(String(text), true);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config */
export const relabelRule = z.strictObject({
  source_labels: z.array(z.string()).default([]),
  separator: z.string().default(';'),
  target_label: z.string().default(''),
  regex: expression.prefault('(.*)'),
  modulus: z.number().int().positive().default(1),
  replacement: z.string().default('$1'),
  action: z.string().toLowerCase().pipe(z.enum(ACTIONS)).default('replace'),
});

export type RelabelRule = z.output<typeof relabelRule>;

/** Applies the rules in their order. @returns whether the target or the series is kept */
export const relabel = (labels: LabelMap, rules: readonly RelabelRule[]): boolean =>
  rules.every((rule) => applyRule(labels, rule));

const applyRule = (labels: LabelMap, rule: RelabelRule): boolean => {
  const { source_labels: sources, separator, target_label: target, regex, replacement, action } = rule;
  const value = sources.map((name) => labels.get(name) ?? '').join(separator);
  switch (action) {
    case 'keep':
      return matchOf(regex, value) !== undefined;
    case 'drop':
      return matchOf(regex, value) === undefined;
    case 'keepequal':
      return value === (labels.get(target) ?? '');
    case 'dropequal':
      return value !== (labels.get(target) ?? '');
    case 'replace': {
      const match = matchOf(regex, value);
      if (match)
        setLabel(
          labels,
          expandReplacement(target, regex, match),
          expandReplacement(replacement, regex, match),
        );
      return true;
    }
    case 'lowercase':
      setLabel(labels, target, value.toLowerCase());
      return true;
    case 'uppercase':
      setLabel(labels, target, value.toUpperCase());
      return true;
    case 'hashmod':
      setLabel(labels, target, String(hash(value) % BigInt(rule.modulus)));
      return true;
    case 'labelmap':
      for (const [name, text] of [...labels]) {
        const match = matchOf(regex, name);
        if (match) setLabel(labels, expandReplacement(replacement, regex, match), text);
      }
      return true;
    case 'labeldrop':
    case 'labelkeep':
      for (const name of [...labels.keys()])
        if ((matchOf(regex, name) !== undefined) === (action === 'labeldrop')) labels.delete(name);
      return true;
  }
};

const setLabel = (labels: LabelMap, name: string, value: string): void => {
  if (name === '') return;
  if (value === '') labels.delete(name);
  else labels.set(name, value);
};

/** Returns the match of the whole text. */
const matchOf = (regex: Regex, text: string): RegexMatch | undefined => {
  const [match] = regex.findAll(text);
  return match;
};

/** Lower half of the MD5 of a text, as Prometheus distributes targets by it. */
const hash = (text: string): bigint => createHash('md5').update(text).digest().readBigUInt64BE(8);
