import { parsePrometheusDuration } from '@lantern/go-syntax';
import { LineCounter, isNode, parseDocument, visit, type Alias, type Document } from 'yaml';
import { z } from 'zod';
import { YamlFileError } from './yaml-file-error.js';

/**
 * Parses YAML and checks it against a schema.
 *
 * @param path path of the file, for messages
 * @throws {YamlFileError}
 */
export const parseYaml = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  path: string,
): z.output<Schema> => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [fault] = document.errors;
  if (fault) throw new YamlFileError(`${place(fault.pos[0])}: ${fault.message}`);
  const { data, error } = schema.safeParse(contentOf(document, place) ?? {});
  if (!error) return data;
  const [issue] = error.issues;
  // An absent field has no node: the place is that of the nearest one around it.
  const keys = [...(issue?.path ?? [])];
  let node: unknown = document.getIn(keys, true);
  while (!isNode(node) && keys.length > 0) {
    keys.pop();
    node = document.getIn(keys, true);
  }
  const offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  const field = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  throw new YamlFileError(`${place(offset)}: ${field}${issue?.message ?? 'invalid'}`);
};

/** Returns the content as plain objects. Aliases are resolved only here. @throws {YamlFileError} */
const contentOf = (document: Document, place: (offset: number) => string): unknown => {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // The parser rejects an alias without its anchor, and so many aliases that the content would exhaust memory.
    if (!(error instanceof ReferenceError)) throw error;
    let first: Alias | undefined;
    let unresolved: Alias | undefined;
    visit(document, {
      Alias: (_, alias) => {
        first ??= alias;
        if (!alias.resolve(document)) unresolved ??= alias;
      },
    });
    throw new YamlFileError(`${place((unresolved ?? first)?.range?.[0] ?? 0)}: ${error.message}`);
  }
};

/** Duration in Prometheus' form, such as `15s`, as milliseconds. */
export const yamlDuration = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return Number(parsePrometheusDuration(String(value)) / 1_000_000n);
  } catch {
    context.addIssue({ code: 'custom', message: `not a valid duration: ${JSON.stringify(value)}` });
    return z.NEVER;
  }
});

/** Labels; values that YAML reads as numbers or booleans are text. */
export const yamlLabels = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
