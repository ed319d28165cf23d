import type { SpanId } from './ids.js';
import { serviceNameOf } from './resource.js';
import { StatusCode, type Span } from './span.js';
import type { SpanInContext } from './trace.js';
import type { DurationNano, UnixNano } from './units.js';

/** A span in its place in the tree. */
export interface TraceNode extends SpanInContext {
  readonly service: string;
  /** Its place in `TraceTree.nodes`. */
  readonly index: number;
  /** 0 for a root. */
  readonly depth: number;
  readonly parent: TraceNode | undefined;
  /** By start time; spans that start together stay in the order in which they arrived. */
  readonly children: readonly TraceNode[];
  /** Itself and all its descendants, so `nodes[index + subtreeSize]` is the first node that is not below it. */
  readonly subtreeSize: number;
  /** Descendants with status ERROR, itself not counted. */
  readonly errorsBelow: number;
  /** Its parent is named but not among the spans, so it stands as a root. */
  readonly isOrphan: boolean;
}

export interface ServiceInTrace {
  readonly name: string;
  readonly spanCount: number;
  readonly errorCount: number;
}

/**
 * The spans of one trace as a forest in reading order:
 *
 *     parent ids      nodes, with depth and subtreeSize
 *     a               a  0  4
 *     b → a           b  1  2
 *     c → b           c  2  1
 *     d → a           d  1  1
 *     e → (missing)   e  0  1   isOrphan
 */
export interface TraceTree {
  /** Each span once: parents before their children, siblings by start time. */
  readonly nodes: readonly TraceNode[];
  /** Spans without a parent here: true roots first, then orphans, each by start time. */
  readonly roots: readonly TraceNode[];
  /** The earliest start. A start of 0 means "not set" on the wire and counts only when no span has another. */
  readonly startUnixNano: UnixNano;
  /** The latest end, never before `startUnixNano`. */
  readonly endUnixNano: UnixNano;
  /** Number of levels: 0 without spans, 1 when all spans are roots. */
  readonly depth: number;
  readonly errorCount: number;
  /** By name. */
  readonly services: readonly ServiceInTrace[];
  /** Parents that are named by some span and have not arrived, in the order of first mention. */
  readonly missingParents: readonly SpanId[];
  /** Parent references that were left out because they closed a circle. */
  readonly brokenCycles: number;
}

/**
 * Arranges spans into a tree, whatever they claim about each other: a missing parent makes a root, a circle of
 * parents is opened at its earliest span, and of spans that share an id the first is the parent of their children.
 * Nothing is left out. Linear but for sorting siblings, and without recursion, so depth is not limited.
 */
export const buildTraceTree = (spans: Iterable<SpanInContext>): TraceTree => {
  const drafts = Array.from(spans, draftOf);
  const byId = new Map<SpanId, Draft>();
  for (const draft of drafts) if (!byId.has(draft.span.spanId)) byId.set(draft.span.spanId, draft);

  const missingParents = new Set<SpanId>();
  for (const draft of drafts) {
    const parentId = draft.span.parentSpanId;
    if (parentId === undefined) continue;
    draft.parent = byId.get(parentId);
    draft.isOrphan = draft.parent === undefined;
    if (draft.isOrphan) missingParents.add(parentId);
  }
  const brokenCycles = breakCycles(drafts);

  const roots: Draft[] = [];
  for (const draft of drafts) (draft.parent?.children ?? roots).push(draft);
  for (const draft of drafts) draft.children.sort(byStart);
  roots.sort((a, b) => Number(a.isOrphan) - Number(b.isOrphan) || byStart(a, b));

  const nodes = inReadingOrder(roots);
  for (const { parent, subtreeSize, errorsBelow, span } of nodes.toReversed()) {
    if (parent === undefined) continue;
    parent.subtreeSize += subtreeSize;
    parent.errorsBelow += errorsBelow + Number(hasError(span));
  }

  return {
    nodes,
    roots,
    ...extentOf(nodes),
    depth: nodes.reduce((depth, node) => Math.max(depth, node.depth + 1), 0),
    errorCount: nodes.reduce((count, node) => count + Number(hasError(node.span)), 0),
    services: servicesOf(nodes),
    missingParents: [...missingParents],
    brokenCycles,
  };
};

/** Status ERROR, and nothing else: a status code in an attribute is the sender's matter. */
export const hasError = (span: Pick<Span, 'status'>): boolean => span.status.code === StatusCode.error;

/** The time of the whole trace, from its earliest start to its latest end. */
export const traceDurationNano = (tree: Pick<TraceTree, 'startUnixNano' | 'endUnixNano'>): DurationNano =>
  tree.endUnixNano - tree.startUnixNano;

/** A node that is still being put in its place. */
interface Draft extends TraceNode {
  index: number;
  depth: number;
  parent: Draft | undefined;
  readonly children: Draft[];
  subtreeSize: number;
  errorsBelow: number;
  isOrphan: boolean;
}

const draftOf = ({ span, scope, resource }: SpanInContext): Draft => ({
  span,
  scope,
  resource,
  service: serviceNameOf(resource),
  index: 0,
  depth: 0,
  parent: undefined,
  children: [],
  subtreeSize: 1,
  errorsBelow: 0,
  isOrphan: false,
});

const byStart = (a: SpanInContext, b: SpanInContext): number =>
  compareBigInt(a.span.startUnixNano, b.span.startUnixNano);

const compareBigInt = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** Opens every circle of parents at its earliest span; answers how many there were. */
const breakCycles = (drafts: readonly Draft[]): number => {
  let broken = 0;
  /** On which walk towards the root a span was first met. */
  const metOn = new Map<Draft, number>();
  for (const [walk, draft] of drafts.entries()) {
    let here: Draft | undefined = draft;
    while (here !== undefined && !metOn.has(here)) {
      metOn.set(here, walk);
      here = here.parent;
    }
    if (here === undefined || metOn.get(here) !== walk) continue;
    // Back at a span of this very walk: what lies between is the circle.
    let earliest = here;
    for (let member = here.parent; member !== undefined && member !== here; member = member.parent) {
      if (byStart(member, earliest) < 0) earliest = member;
    }
    earliest.parent = undefined;
    broken++;
  }
  return broken;
};

const inReadingOrder = (roots: readonly Draft[]): Draft[] => {
  const nodes: Draft[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    node.index = nodes.length;
    node.depth = node.parent === undefined ? 0 : node.parent.depth + 1;
    nodes.push(node);
    for (const child of node.children.toReversed()) waiting.push(child);
  }
  return nodes;
};

const extentOf = (nodes: readonly TraceNode[]): Pick<TraceTree, 'startUnixNano' | 'endUnixNano'> => {
  let startUnixNano: UnixNano | undefined;
  let endUnixNano: UnixNano = 0n;
  for (const { span } of nodes) {
    if (span.startUnixNano > 0n && (startUnixNano === undefined || span.startUnixNano < startUnixNano)) {
      startUnixNano = span.startUnixNano;
    }
    if (span.startUnixNano > endUnixNano) endUnixNano = span.startUnixNano;
    if (span.endUnixNano > endUnixNano) endUnixNano = span.endUnixNano;
  }
  return { startUnixNano: startUnixNano ?? 0n, endUnixNano };
};

const servicesOf = (nodes: readonly TraceNode[]): ServiceInTrace[] => {
  const services = new Map<string, { spanCount: number; errorCount: number }>();
  for (const { service, span } of nodes) {
    const counts = services.get(service) ?? { spanCount: 0, errorCount: 0 };
    counts.spanCount++;
    counts.errorCount += Number(hasError(span));
    services.set(service, counts);
  }
  return [...services]
    .map(([name, counts]) => ({ name, ...counts }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
};
