import type { LogLabels } from '@lantern/telemetry-model';

/** Values of `__error__`: the stage that failed. */
export type PipelineErrorType =
  'JSONParserErr' | 'LogfmtParserErr' | 'SampleExtractionErr' | 'LabelFilterErr' | 'TemplateFormatErr';

export const ERROR_LABEL = '__error__';
export const ERROR_DETAILS_LABEL = '__error_details__';

/** Suffix of a label whose name another label has. */
const DUPLICATE_SUFFIX = '_extracted';

/** Labels of a line by their origin, as answers show them. */
export interface LabelCategories {
  readonly stream: Record<string, string>;
  readonly structuredMetadata: Record<string, string>;
  readonly parsed: Record<string, string>;
}

const NO_LABELS: LogLabels = {};

/**
 * Labels of the line in a pipeline. Labels of the stream come before structured metadata, and both before extracted
 * labels: a later label of the same name gets the suffix `_extracted`. One object serves all lines, one after the other.
 *
 * ```text
 * stream {service="a"}   metadata {service="b", trace_id="1"}   line {"trace_id":"2","x":"3"}
 * → service="a" service_extracted="b" trace_id="1" trace_id_extracted="2" x="3"
 * ```
 *
 * The next filter drops most lines, so extracted labels get their final names only when they are read.
 */
export class LineLabels {
  private stream = NO_LABELS;
  private metadata = NO_LABELS;
  /** Names that parsers found, before renaming, in their order. The first of several values counts. */
  private readonly foundNames: string[] = [];
  private readonly foundValues: string[] = [];
  private foundCount = 0;
  /** Labels that stages set. They hide all others of their name. */
  private readonly formatted = new Map<string, string>();
  /** Removed labels of the stream and of structured metadata, by their final names. */
  private readonly removed = new Set<string>();
  private errorType: PipelineErrorType | '' = '';
  private errorDetails = '';
  /** Number of required labels that no parser has found yet in this line. */
  private missingCount = 0;
  /** Names under which parsers find required labels. */
  private readonly wanted: ReadonlySet<string> | undefined;

  /**
   * @param required labels that a query reads, when it reads no others: parsers stop at the last of them. Undefined when
   *   it may read any.
   */
  constructor(private readonly required?: ReadonlySet<string>) {
    this.wanted = required && new Set([...required, ...Array.from(required, withoutSuffix)]);
  }

  /** Starts with another line. */
  reset(stream: LogLabels, structuredMetadata: LogLabels): void {
    this.stream = stream;
    this.metadata = structuredMetadata;
    this.foundCount = 0;
    this.missingCount = this.required?.size ?? 0;
    if (this.formatted.size > 0) this.formatted.clear();
    if (this.removed.size > 0) this.removed.clear();
    this.errorType = '';
    this.errorDetails = '';
  }

  /** Returns the value of a label; undefined when it is absent. */
  get(name: string): string | undefined {
    if (this.formatted.size > 0) {
      const value = this.formatted.get(name);
      if (value !== undefined) return value;
    }
    if (this.isGiven(name)) {
      if (this.removed.size > 0 && this.removed.has(name)) return undefined;
      return Object.hasOwn(this.stream, name) ? this.stream[name] : this.metadata[name];
    }
    const found = this.indexOf(name);
    if (found >= 0) return this.foundValues[found];
    if (name.endsWith(DUPLICATE_SUFFIX)) {
      const hidden = name.slice(0, -DUPLICATE_SUFFIX.length);
      const renamed = this.isGiven(hidden) ? this.indexOf(hidden) : -1;
      if (renamed >= 0) return this.foundValues[renamed];
      const isHidden = Object.hasOwn(this.stream, hidden) && Object.hasOwn(this.metadata, hidden);
      if (isHidden && !this.removed.has(name)) return this.metadata[hidden];
    }
    if (name === ERROR_LABEL) return this.errorType || undefined;
    if (name === ERROR_DETAILS_LABEL) return this.errorDetails || undefined;
    return undefined;
  }

  /** Returns whether the query reads a label of this name. As in Loki, parsers skip all others. */
  wants(name: string): boolean {
    return this.wanted === undefined || this.wanted.has(name);
  }

  /** Adds a label that a parser found. */
  extract(name: string, value: string): void {
    if (this.required?.has(name) && !this.isGiven(name) && this.indexOf(name) < 0) this.missingCount--;
    this.foundNames[this.foundCount] = name;
    this.foundValues[this.foundCount++] = value;
  }

  /** Adds a label that a stage names. When the parser has not found it, it is empty, unless the line had it before. */
  extractWanted(name: string, value: string | undefined): void {
    if (value !== undefined) this.extract(name, value);
    else if (!this.isGiven(name)) this.extract(name, '');
  }

  /** Sets a label and hides all others of its name. */
  set(name: string, value: string): void {
    this.formatted.set(name, value);
  }

  remove(name: string): void {
    if (name === ERROR_LABEL) this.errorType = '';
    else if (name === ERROR_DETAILS_LABEL) this.errorDetails = '';
    this.formatted.delete(name);
    this.removed.add(name);
    for (let index = this.foundCount - 1; index >= 0; index--) {
      if (this.finalName(this.foundNames[index] ?? '') !== name) continue;
      this.foundNames.splice(index, 1);
      this.foundValues.splice(index, 1);
      this.foundCount--;
    }
  }

  /** Whether parsers have found every label that the query reads. The rest of the line is skipped. */
  get isComplete(): boolean {
    return this.required !== undefined && this.missingCount === 0;
  }

  get error(): PipelineErrorType | '' {
    return this.errorType;
  }

  /** Records an error of the line instead of one of an earlier stage. */
  fail(type: PipelineErrorType, details: string): void {
    this.errorType = type;
    this.errorDetails = details;
  }

  /** Returns a copy of the labels by their origin. */
  categories(): LabelCategories {
    const parsed: Record<string, string> = {};
    for (let index = 0; index < this.foundCount; index++) {
      const name = this.finalName(this.foundNames[index] ?? '');
      if (!Object.hasOwn(parsed, name)) put(parsed, name, this.foundValues[index] ?? '');
    }
    for (const [name, value] of this.formatted) put(parsed, name, value);

    const stream: Record<string, string> = {};
    const structuredMetadata: Record<string, string> = {};
    const isVisible = (name: string) => !Object.hasOwn(parsed, name) && !this.removed.has(name);
    for (const name of Object.keys(this.stream)) {
      if (isVisible(name)) put(stream, name, this.stream[name] ?? '');
    }
    for (const name of Object.keys(this.metadata)) {
      const key = Object.hasOwn(this.stream, name) ? name + DUPLICATE_SUFFIX : name;
      if (isVisible(key)) put(structuredMetadata, key, this.metadata[name] ?? '');
    }
    if (this.errorType !== '') parsed[ERROR_LABEL] = this.errorType;
    if (this.errorDetails !== '') parsed[ERROR_DETAILS_LABEL] = this.errorDetails;
    return { stream, structuredMetadata, parsed };
  }

  /** Returns all labels of any origin. */
  all(): Record<string, string> {
    const { stream, structuredMetadata, parsed } = this.categories();
    return { ...stream, ...structuredMetadata, ...parsed };
  }

  /** Returns whether the stream or structured metadata has this label. */
  isGiven(name: string): boolean {
    return Object.hasOwn(this.stream, name) || Object.hasOwn(this.metadata, name);
  }

  private finalName(foundName: string): string {
    return this.isGiven(foundName) ? foundName + DUPLICATE_SUFFIX : foundName;
  }

  private indexOf(foundName: string): number {
    for (let index = 0; index < this.foundCount; index++)
      if (this.foundNames[index] === foundName) return index;
    return -1;
  }
}

const withoutSuffix = (name: string): string =>
  name.endsWith(DUPLICATE_SUFFIX) ? name.slice(0, -DUPLICATE_SUFFIX.length) : name;

/** Sets a label of any name, also `__proto__`. */
const put = (labels: Record<string, string>, name: string, value: string): void => {
  if (name === '__proto__')
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
};
