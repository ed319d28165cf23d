import { formatGoDuration } from '@lantern/query-api';
import {
  attributeText,
  attributeValue,
  durationNano,
  spansOf,
  type DurationNano,
  type Resource,
  type Span,
  type SpanId,
} from '@lantern/telemetry-model';
import { eachSpan } from '../../../edit-spans.js';
import { addWarning } from '../../../span-warnings.js';
import type { Adjuster } from './adjuster.js';

interface Node {
  readonly original: Span;
  adjusted: Span;
  /** Empty when the resource does not say where it runs. */
  readonly host: string;
  parent: Node | undefined;
  /** Most spans have none: an array for each would be the most of what is made here. */
  children: Node[] | undefined;
  /** How far the clock of its host is off, seen from the span that called it. */
  delta: DurationNano;
}

/**
 * Moves the spans of hosts whose clocks disagree with their callers', so that a call lies within its caller:
 *
 * ```
 * as sent    client  |--------------------|
 *            server                         |----------|      its clock is ahead
 * as read    client  |--------------------|
 *            server       |----------|                        as long before as after
 * ```
 *
 * All that runs on one host below a moved span moves with it. Spans that would have to move further than
 * `maxDelta` stay, and say so.
 */
export const correctClockSkew =
  (maxDelta: DurationNano): Adjuster =>
  (groups) => {
    const nodes = new Map<SpanId, Node>();
    const repeated = new Set<Span>();
    const hosts = new Map<Resource, string>();
    for (const { span, resource } of spansOf(groups)) {
      if (nodes.has(span.spanId)) {
        repeated.add(span);
        continue;
      }
      let host = hosts.get(resource);
      if (host === undefined) hosts.set(resource, (host = hostOf(resource)));
      nodes.set(span.spanId, {
        original: span,
        adjusted: span,
        host,
        parent: undefined,
        children: undefined,
        delta: 0n,
      });
    }

    for (const root of linkToParents(nodes)) adjustBelow(root, maxDelta);

    return eachSpan((span) => {
      if (repeated.has(span)) {
        return addWarning(span, 'duplicate span IDs; skipping clock skew adjustment');
      }
      return nodes.get(span.spanId)?.adjusted ?? span;
    })(groups);
  };

/** @see https://opentelemetry.io/docs/specs/semconv/resource/host/ */
const hostOf = ({ attributes }: Resource): string => {
  const text = (key: string): string | undefined => {
    const value = attributeValue(attributes, key);
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : '';
  };
  const id = text('host.id');
  if (id !== undefined) return id;
  const address = attributeValue(attributes, 'host.ip');
  if (typeof address === 'string') return address;
  if (Array.isArray(address) && address.length > 0) return attributeText(address[0] as string);
  return text('host.name') ?? '';
};

/** @returns the spans at which trees begin. A circle of parents has none, and stays as it is. */
const linkToParents = (nodes: ReadonlyMap<SpanId, Node>): Node[] => {
  const roots: Node[] = [];
  for (const node of nodes.values()) {
    const { parentSpanId } = node.original;
    const parent = parentSpanId && nodes.get(parentSpanId);
    if (parent) {
      node.parent = parent;
      (parent.children ??= []).push(node);
      continue;
    }
    roots.push(node);
    if (parentSpanId === undefined) continue;
    node.adjusted = addWarning(
      node.adjusted,
      `parent span ID=${parentSpanId} is not in the trace; skipping clock skew adjustment`,
    );
  }
  return roots;
};

/** Parents before their children, without recursion: a trace may be deeper than the stack. */
const adjustBelow = (root: Node, maxDelta: DurationNano): void => {
  const waiting: Node[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { parent, host, children } = node;
    if (parent) {
      node.delta =
        host === parent.host && host !== '' ? parent.delta : deltaInto(parent.adjusted, node.adjusted);
    }
    node.adjusted = moved(node.adjusted, node.delta, maxDelta);
    if (children) for (const child of children) waiting.push(child);
  }
};

/** By how much to move `child` so that it lies where its parent can have waited for it. */
const deltaInto = (parent: Span, child: Span): DurationNano => {
  const parentDuration = durationNano(parent);
  const childDuration = durationNano(child);
  if (childDuration > parentDuration) {
    // The parent did not wait for it. All that is certain is that it did not begin sooner.
    return child.startUnixNano < parent.startUnixNano ? parent.startUnixNano - child.startUnixNano : 0n;
  }
  if (child.startUnixNano >= parent.startUnixNano && child.endUnixNano <= parent.endUnixNano) return 0n;
  // The way there is taken to be as long as the way back.
  return parent.startUnixNano + (parentDuration - childDuration) / 2n - child.startUnixNano;
};

const moved = (span: Span, delta: DurationNano, maxDelta: DurationNano): Span => {
  if (delta === 0n) return span;
  const calculated = formatGoDuration(delta);
  if ((delta < 0n ? -delta : delta) > maxDelta) {
    return addWarning(
      span,
      maxDelta === 0n
        ? `clock skew adjustment disabled; not applying calculated delta of ${calculated}`
        : `max clock skew adjustment delta of ${formatGoDuration(maxDelta)} exceeded; ` +
            `not applying calculated delta of ${calculated}`,
    );
  }
  return addWarning(
    {
      ...span,
      startUnixNano: span.startUnixNano + delta,
      endUnixNano: span.endUnixNano + delta,
      events: span.events.map((event) => ({ ...event, timeUnixNano: event.timeUnixNano + delta })),
    },
    `This span's timestamps were adjusted by ${calculated}`,
  );
};
