import type { ScopeSpansJson, ResourceSpansJson, SpanJson } from '@lantern/otlp/json';
import type { ReportLine, ReportTrace } from '../report-data.js';
import { textOf, valueText } from './span-value.js';

/** Span with its group. */
export interface ViewedSpan {
  readonly span: SpanJson;
  readonly scope: ScopeSpansJson;
  readonly group: ResourceSpansJson;
}

/** Trace of a report, ready to be drawn. */
export class ViewedTrace {
  /** Spans by row. */
  readonly spans: readonly ViewedSpan[];
  /** Sections of the critical path by row. */
  readonly critical: ReadonlyMap<number, readonly (readonly [from: number, to: number])[]>;
  readonly linesOfSpan: ReadonlyMap<string, readonly ReportLine[]>;
  private readonly rowOfSpan = new Map<string, number>();
  private readonly texts: (string | undefined)[] = [];

  constructor(readonly data: ReportTrace) {
    const all: ViewedSpan[] = [];
    for (const group of data.resourceSpans) {
      for (const scope of group.scopeSpans) for (const span of scope.spans) all.push({ span, scope, group });
    }
    this.spans = data.rows.source.map((place) => all[place]).filter((span) => span !== undefined);
    for (const [row, { span }] of this.spans.entries()) {
      if (!this.rowOfSpan.has(span.spanId)) this.rowOfSpan.set(span.spanId, row);
    }
    const critical = new Map<number, [number, number][]>();
    for (const [row, from, to] of data.rows.critical) {
      const sections = critical.get(row);
      if (sections === undefined) critical.set(row, [[from, to]]);
      else sections.push([from, to]);
    }
    this.critical = critical;
    this.linesOfSpan = Map.groupBy(data.lines, ({ spanId = '' }) => spanId);
  }

  get length(): number {
    return this.spans.length;
  }

  service(row: number): string {
    return this.data.rows.services[this.data.rows.service[row] ?? 0] ?? '';
  }

  name(row: number): string {
    return this.spans[row]?.span.name ?? '(unnamed)';
  }

  isFailed(row: number): boolean {
    return this.spans[row]?.span.status.code === 2;
  }

  duration(row: number): number {
    return (this.data.rows.end[row] ?? 0) - (this.data.rows.start[row] ?? 0);
  }

  /** Row of a span; undefined if the trace has none of this ID. */
  rowOf(spanId: string): number | undefined {
    return this.rowOfSpan.get(spanId);
  }

  /** Rows whose names, IDs, attributes, events or lines contain the text. */
  find(text: string): number[] {
    const sought = text.trim().toLowerCase();
    if (sought === '') return [];
    const rows: number[] = [];
    for (let row = 0; row < this.length; row++) if (this.textOf(row).includes(sought)) rows.push(row);
    return rows;
  }

  private textOf(row: number): string {
    return (this.texts[row] ??= this.collectText(row).toLowerCase());
  }

  private collectText(row: number): string {
    const viewed = this.spans[row];
    if (viewed === undefined) return '';
    const { span } = viewed;
    const parts = [this.service(row), span.name ?? '', span.spanId, span.status.message ?? ''];
    for (const { key, value } of span.attributes ?? []) parts.push(`${key}=${valueText(value)}`);
    for (const { name = '', attributes = [] } of span.events ?? []) {
      parts.push(name, textOf(attributes, 'exception.message') ?? '');
    }
    for (const { message } of this.linesOfSpan.get(span.spanId) ?? []) parts.push(message);
    return parts.join('\n');
  }
}
