import { isSpanId, type SpanId } from '@lantern/telemetry-model';
import { useLayoutEffect, useRef } from 'react';
import { useSearchParams } from 'react-router';
import type { GroupKey, SortColumn } from '../../api/trace/trace-api.js';
import { ENTRY_FILTERS, type EntryFilter } from './trace-entries.js';
import { formatWindow, parseWindow, type TimeWindow } from './waterfall/time-window.js';

export const TRACE_VIEWS = [
  'waterfall',
  'flame',
  'graph',
  'statistics',
  'spans',
  'detections',
  'logs',
] as const;

/** Name of a view of the trace. */
export type TraceViewName = (typeof TRACE_VIEWS)[number];

/** State of the page that the URL holds, besides the trace ID. */
export interface TraceAddress {
  readonly view: TraceViewName;
  /** Span whose details are shown: the value of Jaeger’s `uiFind` if it is a span ID. */
  readonly spanId: SpanId | undefined;
  /** Search text: the value of Jaeger’s `uiFind` if it is not a span ID. */
  readonly find: string;
  /** Logs and events that have rows in the waterfall. Undefined for the default. */
  readonly entries: EntryFilter | undefined;
  /** Services that the waterfall hides. */
  readonly hidden: readonly string[];
  /** Visible time window. Undefined for the whole trace. */
  readonly window: TimeWindow | undefined;
  /** Span of the call that fills the flame graph. Undefined for the whole trace. */
  readonly zoomedTo: SpanId | undefined;
  /** Keys that the statistics are grouped by, outermost first. */
  readonly groupBy: readonly GroupKey[];
  /** Kind of the detections whose spans are marked. Undefined for none. */
  readonly marked: string | undefined;
  /** Sort order of the list of spans. */
  readonly sort: SpanSort;
}

export interface SpanSort {
  readonly by: SortColumn;
  readonly direction: 1 | -1;
}

const SORT_COLUMNS: readonly SortColumn[] = [
  'row',
  'service',
  'operation',
  'start',
  'duration',
  'self',
  'critical',
];
const DEFAULT_SORT: SpanSort = { by: 'duration', direction: -1 };
const DEFAULT_GROUPS: readonly GroupKey[] = ['service', 'operation'];
const FIELDS: readonly GroupKey[] = ['service', 'operation', 'kind', 'status'];

export const parseTraceAddress = (params: URLSearchParams): TraceAddress => {
  const focus = params.get('uiFind') ?? '';
  const spanId = parseSpanId(focus);
  const view = params.get('view');
  const entries = params.get('logs');
  return {
    view: TRACE_VIEWS.find((name) => name === view) ?? 'waterfall',
    spanId,
    find: params.get('find') ?? (spanId === undefined ? focus : ''),
    entries: ENTRY_FILTERS.find((filter) => filter === entries),
    hidden: params.getAll('hide'),
    window: parseWindow(params.get('time') ?? ''),
    zoomedTo: parseSpanId(params.get('zoom')),
    groupBy: parseGroups(params.getAll('group')),
    marked: params.get('mark') ?? undefined,
    sort: parseSort(params.get('sort') ?? ''),
  };
};

export const formatTraceAddress = (address: TraceAddress): URLSearchParams => {
  const { view, spanId, find, entries, hidden, window, zoomedTo, groupBy, marked, sort } = address;
  const params = new URLSearchParams();
  if (view !== 'waterfall') params.set('view', view);
  if (spanId !== undefined) params.set('uiFind', spanId);
  if (find !== '') params.set('find', find);
  if (entries !== undefined) params.set('logs', entries);
  for (const service of hidden) params.append('hide', service);
  if (window !== undefined) params.set('time', formatWindow(window));
  if (zoomedTo !== undefined) params.set('zoom', zoomedTo);
  if (groupBy.join() !== DEFAULT_GROUPS.join()) for (const key of groupBy) params.append('group', key);
  if (marked !== undefined) params.set('mark', marked);
  if (formatSort(sort) !== formatSort(DEFAULT_SORT)) params.set('sort', formatSort(sort));
  return params;
};

const parseSpanId = (text: string | null): SpanId | undefined => {
  const id = text?.trim().toLowerCase();
  return id !== undefined && isSpanId(id) ? id : undefined;
};

const parseGroups = (texts: readonly string[]): readonly GroupKey[] => {
  const keys = texts.flatMap((text): GroupKey[] => {
    const field = FIELDS.find((name) => name === text);
    if (field !== undefined) return [field];
    return text.startsWith('.') ? [text as `.${string}`] : [];
  });
  return keys.length === 0 ? DEFAULT_GROUPS : keys.slice(0, 2);
};

/** Parses a sort order: `duration` for descending, `-duration` for ascending. */
const parseSort = (text: string): SpanSort => {
  const by = SORT_COLUMNS.find((column) => column === text.replace(/^-/, ''));
  return by === undefined ? DEFAULT_SORT : { by, direction: text.startsWith('-') ? 1 : -1 };
};

const formatSort = ({ by, direction }: SpanSort): string => (direction === 1 ? `-${by}` : by);

/**
 * Returns the URL state of the trace page and its setters. A change of view adds a history entry, so that Back
 * returns to the previous view. Other changes replace the entry, so that Back does not step through every span that
 * was viewed.
 */
export const useTraceAddress = () => {
  const [params, setParams] = useSearchParams();
  const address = parseTraceAddress(params);
  // The router applies a new URL when it has rendered the page. A change before that builds on this value; otherwise
  // it would revert the previous one.
  const latest = useRef(params);
  useLayoutEffect(() => {
    latest.current = params;
  }, [params]);
  const change = (changes: Partial<TraceAddress>) => {
    latest.current = formatTraceAddress({ ...parseTraceAddress(latest.current), ...changes });
    setParams(latest.current, { replace: changes.view === undefined });
  };
  return { ...address, change };
};
