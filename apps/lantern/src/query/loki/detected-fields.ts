import {
  GoSyntaxError,
  parseBytes,
  parseGoBool,
  parseGoDuration,
  parseGoFloat,
  parseGoInt,
} from '@lantern/go-syntax';
import type { LokiDetectedField, LokiFieldType } from '@lantern/query-api';
import { LineLabels, compileJson, compileLogfmt, labelNameOf, type LogResult } from '@lantern/logql';
import { hasLongMemberName, mapKey, type LogLabels } from '@lantern/telemetry-model';

interface Field {
  type: LokiFieldType;
  /** By their `mapKey`. */
  readonly values: Map<string, string>;
  readonly parsers: Set<string>;
  jsonPath: readonly string[] | undefined;
}

const TYPES: readonly (readonly [LokiFieldType, (text: string) => unknown])[] = [
  ['int', (text) => parseGoInt(text)],
  ['float', parseGoFloat],
  ['boolean', parseGoBool],
  ['duration', parseGoDuration],
  ['bytes', parseBytes],
];

/** The first type that the text is a value of. */
export const typeOfText = (text: string): LokiFieldType => {
  for (const [type, parse] of TYPES) {
    try {
      parse(text);
      return type;
    } catch (error) {
      if (!(error instanceof GoSyntaxError)) throw error;
    }
  }
  return 'string';
};

/** Fields of lines: structured metadata, labels that the query extracts, and fields of JSON or logfmt in the lines. */
export class DetectedFields {
  private readonly fields = new Map<string, Field>();
  private readonly labels = new LineLabels();
  private readonly json = compileJson();
  private readonly logfmt = compileLogfmt({
    kind: 'logfmt',
    strict: false,
    keepEmpty: false,
    extractions: [],
  });

  /** @param limit maximum number of fields in the answer */
  constructor(private readonly limit: number) {}

  add({ stream, structuredMetadata, parsed, line, timeUnixNano }: LogResult): void {
    this.addAll(structuredMetadata, undefined);
    this.labels.reset(stream, {});
    this.json(line, this.labels, timeUnixNano);
    let parser = 'json';
    if (this.labels.error !== '') {
      parser = 'logfmt';
      this.labels.reset(stream, {});
      this.logfmt(line, this.labels, timeUnixNano);
    }
    const found = this.labels.categories().parsed;
    this.addAll({ ...parsed, ...found }, parser);
    if (parser === 'json') this.addPaths(line, stream);
  }

  list(): LokiDetectedField[] {
    return Array.from(this.fields.entries())
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, { type, values, parsers, jsonPath }]) => ({
        label,
        type,
        cardinality: values.size,
        parsers: parsers.size === 0 ? null : Array.from(parsers),
        ...(jsonPath === undefined ? undefined : { jsonPath }),
      }));
  }

  valuesOf(name: string): string[] {
    return Array.from(this.fields.get(name)?.values.values() ?? []).slice(0, this.limit);
  }

  private addAll(labels: LogLabels, parser: string | undefined): void {
    for (const [name, value] of Object.entries(labels)) {
      if (name.startsWith('__')) continue;
      let field = this.fields.get(name);
      if (field === undefined) {
        if (this.fields.size >= this.limit) continue;
        field = { type: typeOfText(value), values: new Map(), parsers: new Set(), jsonPath: undefined };
        this.fields.set(name, field);
      }
      field.values.set(mapKey(value), value);
      if (parser !== undefined) field.parsers.add(parser);
    }
  }

  private addPaths(line: string, stream: LogLabels): void {
    const visit = (value: unknown, path: readonly string[]): void => {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
        return;
      }
      const name = labelNameOf(path.map((key) => key.trim()).join('_'));
      const field = this.fields.get(Object.hasOwn(stream, name) ? `${name}_extracted` : name);
      if (field?.parsers.has('json')) field.jsonPath ??= path;
    };
    if (hasLongMemberName(line)) return;
    try {
      visit(JSON.parse(line), []);
    } catch {
      // The object is malformed or followed by more text: its fields have no paths.
    }
  }
}
