import type { LogLabels } from '@lantern/telemetry-model';

/** What a stage that could not do its work leaves at a line, under `__error__`. */
export type PipelineErrorType =
  'JSONParserErr' | 'LogfmtParserErr' | 'SampleExtractionErr' | 'LabelFilterErr' | 'TemplateFormatErr';

export const ERROR_LABEL = '__error__';
export const ERROR_DETAILS_LABEL = '__error_details__';

/** Behind the name of a label that another one has already. */
const DUPLICATE_SUFFIX = '_extracted';

/** The labels of a line by where they come from, as answers show them. */
export interface LabelCategories {
  readonly stream: Record<string, string>;
  readonly structuredMetadata: Record<string, string>;
  readonly parsed: Record<string, string>;
}

const NO_LABELS: LogLabels = {};

/**
 * The labels of the line that a pipeline works on. A label of the stream comes before structured metadata, and
 * both before what a stage extracts: who comes later gets the suffix `_extracted`. One object serves all lines,
 * one after the other.
 *
 * ```text
 * stream {service="a"}   metadata {service="b", trace_id="1"}   line {"trace_id":"2","x":"3"}
 * → service="a" service_extracted="b" trace_id="1" trace_id_extracted="2" x="3"
 * ```
 *
 * Most lines are dropped by the next filter: what a parser finds is only noted, and gets its final name when
 * somebody asks.
 */
export class LineLabels {
  private stream = NO_LABELS;
  private metadata = NO_LABELS;
  /** What parsers found, under its own name, in the order in which they did. Of several values the first counts. */
  private readonly foundNames: string[] = [];
  private readonly foundValues: string[] = [];
  private foundCount = 0;
  /** What stages set. These labels hide all others of their name. */
  private readonly formatted = new Map<string, string>();
  /** Labels of the stream and structured metadata that are gone, by their final names. */
  private readonly removed = new Set<string>();
  private errorType: PipelineErrorType | '' = '';
  private errorDetails = '';
  /** Number of required labels that no parser has found yet in this line. */
  private missingCount = 0;
  /** Names under which parsers find required labels. */
  private readonly wanted: ReadonlySet<string> | undefined;

  /**
   * @param required the labels that a query looks at, where it looks at no others: parsers stop at the last of them.
   *   Undefined when it may look at any.
   */
  constructor(private readonly required?: ReadonlySet<string>) {
    this.wanted = required && new Set([...required, ...Array.from(required, withoutSuffix)]);
  }

  /** Begins with another line. */
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

  /** Undefined when there is no such label. */
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

  /** Returns whether the query looks at a label of this name. As in Loki, parsers leave out all others. */
  wants(name: string): boolean {
    return this.wanted === undefined || this.wanted.has(name);
  }

  /** What a parser found. */
  extract(name: string, value: string): void {
    if (this.required?.has(name) && !this.isGiven(name) && this.indexOf(name) < 0) this.missingCount--;
    this.foundNames[this.foundCount] = name;
    this.foundValues[this.foundCount++] = value;
  }

  /** Records what a parser was asked for. A label that it has not found is empty, unless the line had it before. */
  extractWanted(name: string, value: string | undefined): void {
    if (value !== undefined) this.extract(name, value);
    else if (!this.isGiven(name)) this.extract(name, '');
  }

  /** A label instead of whatever had this name. */
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

  /** Whether parsers have found every label that the query looks at. What is left of the line matters no more. */
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

  /** A snapshot. */
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

  /** All labels, whatever they come from. */
  all(): Record<string, string> {
    const { stream, structuredMetadata, parsed } = this.categories();
    return { ...stream, ...structuredMetadata, ...parsed };
  }

  /** Whether the line had this label before any stage. */
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

/** Labels may have any name, also one that every object of JavaScript understands as something else. */
const put = (labels: Record<string, string>, name: string, value: string): void => {
  if (name === '__proto__')
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
};
