import type { V3WaitReason, V3WaitRequest } from '@lantern/query-api';
import {
  SpanKind,
  peersOf,
  serviceNameOf,
  spansOf,
  type Trace,
  type TraceGap,
} from '@lantern/telemetry-model';
import type { TraceStore } from '@lantern/telemetry-store';
import { nowUnixNano } from '../../../clock.js';

/** Maximum number of reasons in an answer. */
const MAX_REASONS = 20;

const ANY_TIME = { startUnixNano: 0n, endUnixNano: 0xffff_ffff_ffff_ffffn };

/** Returns one reason for each gap, with the time at which the service that leaves it was last heard of. */
export const reasonsOf = async (
  gaps: readonly TraceGap[],
  trace: Trace | undefined,
  store: TraceStore,
): Promise<V3WaitReason[]> => {
  const lastSent = new LastSent(store);
  return Promise.all(gaps.slice(0, MAX_REASONS).map((gap) => reasonOf(gap, trace, lastSent)));
};

const reasonOf = async (
  gap: TraceGap,
  trace: Trace | undefined,
  lastSent: LastSent,
): Promise<V3WaitReason> => {
  switch (gap.kind) {
    case 'root':
      return { kind: gap.kind, message: rootMessage(gap, trace) };
    case 'parent': {
      const { name, spanId, parentSpanId = '' } = gap.span;
      const message = `${gap.service}: the parent ${parentSpanId} of span "${name}" (${spanId}) has not arrived.`;
      return { kind: gap.kind, message, service: gap.service, spanId };
    }
    case 'peer': {
      const { name, spanId, kind } = gap.span;
      const [call, answer] = kind === SpanKind.producer ? ['producer', 'consumer'] : ['client', 'server'];
      const at = peersOf(gap.span)[0] ?? '';
      const peer = at === gap.peer ? gap.peer : `${gap.peer} at ${at}`;
      const { ago, sentence } = await lastSent.of(gap.peer);
      return {
        kind: gap.kind,
        message: `${gap.service} → ${peer}: ${call} span "${name}" (${spanId}) has no ${answer} span; ${sentence}.`,
        service: gap.peer,
        spanId,
        ...(ago !== undefined && { lastSentMsAgo: ago }),
      };
    }
  }
};

const rootMessage = (
  { endedRoots, roots }: TraceGap & { kind: 'root' },
  trace: Trace | undefined,
): string => {
  if (trace === undefined) return 'No span of the trace has arrived.';
  const number = roots === 1 ? 'The root span' : `${roots - endedRoots} of ${roots} root spans`;
  return `${number} has not arrived: it is sent when it ends.`;
};

/** Reason of a wait for a span that has not arrived. */
export const missingSpanReason = async (
  { service, span }: Pick<V3WaitRequest, 'service' | 'span'>,
  store: TraceStore,
): Promise<V3WaitReason> => {
  const wanted = `${span === '' ? 'span' : `span "${span}"`}${service === '' ? '' : ` of ${service}`}`;
  if (service === '') return { kind: 'span', message: `No ${wanted} has arrived.` };
  const { ago, sentence } = await new LastSent(store).of(service);
  return {
    kind: 'span',
    message: `No ${wanted} has arrived; ${sentence}.`,
    service,
    ...(ago !== undefined && { lastSentMsAgo: ago }),
  };
};

/** When services have last sent a span, by the end of their newest one. */
class LastSent {
  private readonly agoByService = new Map<string, Promise<number | undefined>>();

  constructor(private readonly store: TraceStore) {}

  async of(service: string): Promise<{ readonly ago: number | undefined; readonly sentence: string }> {
    const asked = this.agoByService.get(service) ?? this.ask(service);
    this.agoByService.set(service, asked);
    const ago = await asked;
    const sentence =
      ago === undefined
        ? `${service} has never sent a span`
        : `the last span that ${service} has sent ended ${(ago / 1_000).toFixed(1)} s ago`;
    return { ago, sentence };
  }

  private async ask(service: string): Promise<number | undefined> {
    const [newest] = await this.store.findTraces({ service, range: ANY_TIME, limit: 1 });
    let end = 0n;
    for (const { span, resource } of spansOf(newest?.resourceSpans ?? [])) {
      if (serviceNameOf(resource) === service && span.endUnixNano > end) end = span.endUnixNano;
    }
    return end === 0n ? undefined : Math.max(0, Number((nowUnixNano() - end) / 1_000_000n));
  }
}
