import { isSpanId, type SpanId } from '@lantern/telemetry-model';
import { useSearchParams } from 'react-router';

/** What stands beside the waterfall. */
export type TracePanel = 'span' | 'logs' | 'none';

/** What a link to a trace says besides the trace. */
export interface TraceAddress {
  /** The span whose details are shown. Jaeger's `uiFind` when it is the id of a span. */
  readonly spanId: SpanId | undefined;
  /** The text that is looked for in the trace. Jaeger's `uiFind` when it is any other text. */
  readonly find: string;
  /** Undefined when the link leaves it open. */
  readonly panel: TracePanel | undefined;
}

export const parseTraceAddress = (params: URLSearchParams): TraceAddress => {
  const focus = params.get('uiFind') ?? '';
  const id = focus.trim().toLowerCase();
  const spanId = isSpanId(id) ? id : undefined;
  const panel = params.get('panel');
  return {
    spanId,
    find: params.get('find') ?? (spanId === undefined ? focus : ''),
    panel: panel === 'span' || panel === 'logs' || panel === 'none' ? panel : undefined,
  };
};

export const formatTraceAddress = ({ spanId, find, panel }: TraceAddress): URLSearchParams => {
  const params = new URLSearchParams();
  if (spanId !== undefined) params.set('uiFind', spanId);
  if (find !== '') params.set('find', find);
  if (panel !== undefined) params.set('panel', panel);
  return params;
};

/**
 * The address of the trace page and how to change it. Changes replace the entry in the history: going back leaves the
 * trace, however many of its spans were looked at.
 */
export const useTraceAddress = () => {
  const [params, setParams] = useSearchParams();
  const address = parseTraceAddress(params);
  const change = (changes: Partial<TraceAddress>) =>
    setParams((current) => formatTraceAddress({ ...parseTraceAddress(current), ...changes }), {
      replace: true,
    });
  return { ...address, change };
};
