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
 */
export class LineLabels {
  private stream = NO_LABELS;
  private metadata = NO_LABELS;
  /** Extracted or formatted. They hide labels of the same name that were there before. */
  private readonly parsed = new Map<string, string>();
  private readonly removed = new Set<string>();
  private errorType: PipelineErrorType | '' = '';
  private errorDetails = '';

  /** Begins with another line. */
  reset(stream: LogLabels, structuredMetadata: LogLabels): void {
    this.stream = stream;
    this.metadata = structuredMetadata;
    if (this.parsed.size > 0) this.parsed.clear();
    if (this.removed.size > 0) this.removed.clear();
    this.errorType = '';
    this.errorDetails = '';
  }

  /** Undefined when there is no such label. */
  get(name: string): string | undefined {
    if (this.parsed.size > 0) {
      const value = this.parsed.get(name);
      if (value !== undefined) return value;
    }
    if (this.removed.size > 0 && this.removed.has(name)) return undefined;
    if (Object.hasOwn(this.stream, name)) return this.stream[name];
    if (Object.hasOwn(this.metadata, name)) return this.metadata[name];
    if (name.endsWith(DUPLICATE_SUFFIX)) {
      const hidden = name.slice(0, -DUPLICATE_SUFFIX.length);
      if (Object.hasOwn(this.stream, hidden) && Object.hasOwn(this.metadata, hidden))
        return this.metadata[hidden];
    }
    if (name === ERROR_LABEL) return this.errorType || undefined;
    if (name === ERROR_DETAILS_LABEL) return this.errorDetails || undefined;
    return undefined;
  }

  /** What a parser found. Of several values for one name the first stays. */
  extract(name: string, value: string): void {
    const key =
      Object.hasOwn(this.stream, name) || Object.hasOwn(this.metadata, name) ? name + DUPLICATE_SUFFIX : name;
    if (!this.parsed.has(key)) this.parsed.set(key, value);
  }

  /** A label instead of whatever had this name. */
  set(name: string, value: string): void {
    this.parsed.set(name, value);
  }

  remove(name: string): void {
    if (name === ERROR_LABEL) this.errorType = '';
    else if (name === ERROR_DETAILS_LABEL) this.errorDetails = '';
    this.parsed.delete(name);
    this.removed.add(name);
  }

  get error(): PipelineErrorType | '' {
    return this.errorType;
  }

  /** The first error of a line tells most. */
  fail(type: PipelineErrorType, details: string): void {
    if (this.errorType !== '') return;
    this.errorType = type;
    this.errorDetails = details;
  }

  /** A snapshot. */
  categories(): LabelCategories {
    const stream: Record<string, string> = {};
    const structuredMetadata: Record<string, string> = {};
    const isVisible = (name: string) => !this.parsed.has(name) && !this.removed.has(name);
    for (const [name, value] of Object.entries(this.stream)) {
      if (isVisible(name)) put(stream, name, value);
    }
    for (const [name, value] of Object.entries(this.metadata)) {
      const key = Object.hasOwn(this.stream, name) ? name + DUPLICATE_SUFFIX : name;
      if (isVisible(key)) put(structuredMetadata, key, value);
    }
    const parsed: Record<string, string> = {};
    for (const [name, value] of this.parsed) put(parsed, name, value);
    if (this.errorType !== '') parsed[ERROR_LABEL] = this.errorType;
    if (this.errorDetails !== '') parsed[ERROR_DETAILS_LABEL] = this.errorDetails;
    return { stream, structuredMetadata, parsed };
  }

  /** All labels, whatever they come from. */
  all(): Record<string, string> {
    const { stream, structuredMetadata, parsed } = this.categories();
    return { ...stream, ...structuredMetadata, ...parsed };
  }
}

/** Labels may have any name, also one that every object of JavaScript understands as something else. */
const put = (labels: Record<string, string>, name: string, value: string): void => {
  if (name === '__proto__')
    Object.defineProperty(labels, name, { value, enumerable: true, configurable: true, writable: true });
  else labels[name] = value;
};
