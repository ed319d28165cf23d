import { Buffer } from 'node:buffer';
import type { LegacyKeyValue } from '@lantern/query-api';
import type { InstrumentationScope, SpanKind, StatusCode } from '@lantern/telemetry-model';
import { tagsOfOutcome, tagsOfScope } from './legacy-trace.js';

/** JSON that all spans of a scope share: the text around the tags of their attributes. */
export class SpanFrame {
  readonly hasTagsOfScope: boolean;
  /** Bytes between the duration and the first attribute. */
  readonly beforeAttributes: Buffer;
  private readonly outcomes: Outcome[] = [];

  constructor(
    scope: InstrumentationScope,
    readonly processId: string,
  ) {
    const tags = tagsOfScope(scope);
    this.hasTagsOfScope = tags.length > 0;
    this.beforeAttributes = Buffer.from(`,"tags":[${joined(tags)}`);
  }

  outcome(kind: SpanKind, code: StatusCode, message: string): Outcome {
    if (message !== '') return this.makeOutcome(kind, code, message);
    return (this.outcomes[3 * kind + code] ??= this.makeOutcome(kind, code, message));
  }

  private makeOutcome(kind: SpanKind, code: StatusCode, message: string): Outcome {
    const tags = tagsOfOutcome({ kind, status: { code, message }, traceState: '' });
    const end = `],"logs":[],"processID":"${this.processId}","warnings":`;
    return { hasTags: tags.length > 0, json: Buffer.from(joined(tags) + end) };
  }
}

/** How a span ended. */
interface Outcome {
  readonly hasTags: boolean;
  /** Bytes between the last attribute and the warnings. */
  readonly json: Buffer;
}

/** Without the brackets of an array. */
const joined = (tags: readonly LegacyKeyValue[]): string => JSON.stringify(tags).slice(1, -1);
