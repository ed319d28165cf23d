import { isSpanId, type SpanId } from '@lantern/telemetry-model';
import { useLayoutEffect, useRef } from 'react';
import { useSearchParams } from 'react-router';
import type { GroupKey, SortColumn } from '../../api/trace/trace-api.js';
import { ENTRY_FILTERS, type EntryFilter } from './trace-entries.js';
import { formatWindow, parseWindow, type TimeWindow } from './waterfall/time-window.js';

export const TRACE_VIEWS = ['waterfall', 'flame', 'graph', 'statistics', 'spans', 'logs'] as const;

/** How the trace is looked at. */
export type TraceViewName = (typeof TRACE_VIEWS)[number];

/** What a link to a trace says besides the trace. */
export interface TraceAddress {
  readonly view: TraceViewName;
  /** The span whose details are shown. Jaeger's `uiFind` when it is the id of a span. */
  readonly spanId: SpanId | undefined;
  /** The text that is looked for in the trace. Jaeger's `uiFind` when it is any other text. */
  readonly find: string;
  /** What of the logs and events stands in the waterfall. Undefined when the link leaves it open. */
  readonly entries: EntryFilter | undefined;
  /** Services that are left out of the waterfall. */
  readonly hidden: readonly string[];
  /** Undefined for the whole trace. */
  readonly window: TimeWindow | undefined;
  /** A span of the call that fills the flame graph. Undefined for the whole trace. */
  readonly zoomedTo: SpanId | undefined;
  /** What the statistics are grouped by, from the outside in. */
  readonly groupBy: readonly GroupKey[];
  /** The order of the list of spans. */
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
    sort: parseSort(params.get('sort') ?? ''),
  };
};

export const formatTraceAddress = (address: TraceAddress): URLSearchParams => {
  const { view, spanId, find, entries, hidden, window, zoomedTo, groupBy, sort } = address;
  const params = new URLSearchParams();
  if (view !== 'waterfall') params.set('view', view);
  if (spanId !== undefined) params.set('uiFind', spanId);
  if (find !== '') params.set('find', find);
  if (entries !== undefined) params.set('logs', entries);
  for (const service of hidden) params.append('hide', service);
  if (window !== undefined) params.set('time', formatWindow(window));
  if (zoomedTo !== undefined) params.set('zoom', zoomedTo);
  if (groupBy.join() !== DEFAULT_GROUPS.join()) for (const key of groupBy) params.append('group', key);
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

/** `duration` for the largest first, `-duration` for the smallest. */
const parseSort = (text: string): SpanSort => {
  const by = SORT_COLUMNS.find((column) => column === text.replace(/^-/, ''));
  return by === undefined ? DEFAULT_SORT : { by, direction: text.startsWith('-') ? 1 : -1 };
};

const formatSort = ({ by, direction }: SpanSort): string => (direction === 1 ? `-${by}` : by);

/**
 * The address of the trace page and how to change it. A change of view adds an entry to the history, so that Back returns
 * to the former view. Other changes replace the entry: Back does not go through all spans that were looked at.
 */
export const useTraceAddress = () => {
  const [params, setParams] = useSearchParams();
  const address = parseTraceAddress(params);
  // The router shows a new address when it has drawn the page for it. A change that comes before that builds on this
  // one, or it would take the former back.
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
