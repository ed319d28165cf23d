import {
  type AnyValue,
  type Attributes,
  type Exception,
  type HrTime,
  type Link,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
  diag,
} from '@opentelemetry/api';
import {
  type InstrumentationScope,
  cleanAttributes,
  cleanSimpleAttributes,
  hrTimeDuration,
  isTimeInput,
  timeInputToHrTime,
} from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { Span, SpanLimits, SpanProcessor, TimedEvent } from '@opentelemetry/sdk-trace';
import { epochMillis, toHrTime } from '../clock.js';
import { recordException } from './failure.js';

/** Properties that all spans of one tracer share. */
export interface SpanOrigin {
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly limits: Required<SpanLimits>;
  readonly processor: Pick<SpanProcessor, 'onEnding' | 'onEnd'>;
}

/** Most spans have none, and none is ever put into these. */
const noEvents: TimedEvent[] = [];
const noLinks: Link[] = [];
const unset: SpanStatus = { code: SpanStatusCode.UNSET };

/**
 * A span that is recorded, as https://opentelemetry.io/docs/specs/otel/trace/api/#span has it and as processors and
 * exporters of OpenTelemetry's SDK read it. The SDK's own checks each attribute twice, with a set of its own to find
 * cycles, and begins at whole milliseconds; here strings, numbers and booleans are taken as they are.
 */
export class RecordingSpan implements Span {
  readonly attributes: Attributes = {};
  links = noLinks;
  events = noEvents;
  status = unset;
  droppedAttributesCount = 0;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  ended = false;
  private attributesCount = 0;
  private readonly startedAt = performance.now();
  private readonly startMillis = epochMillis(this.startedAt);
  private givenStart: HrTime | undefined;
  private endMillis = 0;
  private givenEnd: HrTime | undefined;

  constructor(
    private readonly origin: SpanOrigin,
    private readonly ownContext: SpanContext,
    readonly parentSpanContext: SpanContext | undefined,
    public name: string,
    readonly kind: SpanKind,
    startTime: TimeInput | undefined,
  ) {
    if (startTime !== undefined) this.givenStart = timeInputToHrTime(startTime);
  }

  get resource(): Resource {
    return this.origin.resource;
  }

  get instrumentationScope(): InstrumentationScope {
    return this.origin.instrumentationScope;
  }

  get startTime(): HrTime {
    return this.givenStart ?? toHrTime(this.startMillis);
  }

  get endTime(): HrTime {
    return this.givenEnd ?? (this.ended ? toHrTime(this.endMillis) : [0, 0]);
  }

  /** Seconds and nanoseconds; [-1, -1] until the end, as in the SDK. */
  get duration(): HrTime {
    return this.ended ? hrTimeDuration(this.startTime, this.endTime) : [-1, -1];
  }

  spanContext(): SpanContext {
    return this.ownContext;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: AnyValue): this {
    if (this.isOver('setAttribute')) return this;
    const { attributes } = this;
    const { attributeCountLimit, attributeValueLengthLimit } = this.origin.limits;
    const isNew = attributes[key] === undefined;
    if (isNew && this.attributesCount >= attributeCountLimit) {
      this.dropAttributes(1);
      return this;
    }
    const type = typeof value;
    if (type === 'number' || type === 'boolean') {
      if (key === '') return this.refuseEmptyKey();
      attributes[key] = value;
    } else if (type === 'string') {
      if (key === '') return this.refuseEmptyKey();
      const text = value as string;
      attributes[key] =
        text.length > attributeValueLengthLimit && attributeValueLengthLimit > 0
          ? text.slice(0, attributeValueLengthLimit)
          : text;
    } else {
      // Lists and invalid values: rare, so they are copied and checked in full.
      const cleaned = cleanAttributes({ [key]: value }, this.origin.limits).attributes?.[key];
      if (cleaned === undefined) return this;
      attributes[key] = cleaned;
    }
    if (isNew) this.attributesCount++;
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) {
      const value = attributes[key];
      if (value !== undefined) this.setAttribute(key, value);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.isOver('addEvent')) return this;
    const { eventCountLimit, attributePerEventCountLimit, attributeValueLengthLimit } = this.origin.limits;
    const at = time ?? (isTimeInput(attributesOrTime) ? attributesOrTime : undefined);
    const attributes = isTimeInput(attributesOrTime) ? undefined : attributesOrTime;
    const event = {
      name,
      time: at === undefined ? toHrTime(this.now()) : timeInputToHrTime(at),
      ...cleanSimpleAttributes(attributes, {
        attributeCountLimit: attributePerEventCountLimit,
        attributeValueLengthLimit,
      }),
    };
    if (this.events === noEvents) this.events = [];
    this.events.push(event);
    this.droppedEventsCount += this.keepLatest(this.events, eventCountLimit, 'events');
    return this;
  }

  addLink(link: Link): this {
    if (this.isOver('addLink')) return this;
    const { linkCountLimit, attributePerLinkCountLimit, attributeValueLengthLimit } = this.origin.limits;
    const cleaned = {
      context: link.context,
      ...cleanAttributes(link.attributes, {
        attributeCountLimit: attributePerLinkCountLimit,
        attributeValueLengthLimit,
      }),
    };
    if (this.links === noLinks) this.links = [];
    this.links.push(cleaned);
    this.droppedLinksCount += this.keepLatest(this.links, linkCountLimit, 'links');
    return this;
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  /** Ok is final; otherwise a later status overrides: https://opentelemetry.io/docs/specs/otel/trace/api/#set-status */
  setStatus({ code, message }: SpanStatus): this {
    if (this.isOver('setStatus')) return this;
    if (code === SpanStatusCode.UNSET || this.status.code === SpanStatusCode.OK) return this;
    this.status = code === SpanStatusCode.ERROR && typeof message === 'string' ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (!this.isOver('updateName')) this.name = name;
    return this;
  }

  recordException(exception: Exception): void {
    if (!this.isOver('recordException')) recordException(this, exception);
  }

  end(endTime?: TimeInput): void {
    if (this.isOver('end')) return;
    this.endMillis = this.now();
    if (endTime !== undefined) this.givenEnd = timeInputToHrTime(endTime);
    if (this.givenStart !== undefined || this.givenEnd !== undefined) this.refuseNegativeDuration();
    this.origin.processor.onEnding?.(this);
    this.ended = true;
    this.origin.processor.onEnd(this);
  }

  /** Counted from the start, so that a change of the clock does not change a duration. */
  private now(): number {
    return this.startMillis + (performance.now() - this.startedAt);
  }

  private refuseNegativeDuration(): void {
    const [start, end] = [this.startTime, this.givenEnd ?? toHrTime(this.endMillis)];
    if (end[0] > start[0] || (end[0] === start[0] && end[1] >= start[1])) return;
    diag.warn(`The span "${this.name}" was ended before its start; its duration is set to 0`);
    this.givenEnd = start;
  }

  private keepLatest(list: unknown[], limit: number, what: string): number {
    const excess = list.length - limit;
    if (excess <= 0) return 0;
    diag.debug(`A span has more than ${limit} ${what}; the oldest are dropped`);
    list.splice(0, excess);
    return excess;
  }

  private dropAttributes(count: number): void {
    if (this.droppedAttributesCount === 0) diag.warn('A span has too many attributes; the last are dropped');
    this.droppedAttributesCount += count;
  }

  private refuseEmptyKey(): this {
    diag.warn('An attribute without a key was left out');
    return this;
  }

  private isOver(what: string): boolean {
    if (this.ended) diag.warn(`${what}() was called on the span "${this.name}", which has ended`);
    return this.ended;
  }
}
