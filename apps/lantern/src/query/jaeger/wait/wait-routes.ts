import { parseV3WaitRequest, type V3Wait, type V3WaitReason, type V3WaitRequest } from '@lantern/query-api';
import {
  hostOfPeer,
  serviceNameOf,
  spansOf,
  traceGaps,
  type Trace,
  type TraceGap,
} from '@lantern/telemetry-model';
import type { TraceStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import type { TraceFeed } from '../../../ingest/feed.js';
import { searchParamsOf, sendJson } from '../../../transport/answers/text.js';
import type { Report } from '../../../transport/errors/failure.js';
import { HttpError } from '../../../transport/errors/http-error.js';
import { Alarm } from './alarm.js';
import { PeerDirectory } from './peer-directory.js';
import { TraceArrivals } from './trace-arrivals.js';
import { missingSpanReason, reasonsOf } from './wait-reasons.js';

/** Maximum number of requests that wait. Each one keeps its connection and a timer. */
const MAX_WAITERS = 2_000;

/**
 * Answers a request once a trace is complete, has a span or is quiet, or when the timeout has passed: then with what is
 * missing and when the service that should have sent it was last heard of.
 */
export const waitRoutes =
  (store: TraceStore, traceFeed: TraceFeed, report: Report) => (server: FastifyInstance) => {
    const alarms = new Set<Alarm>();
    const peers = new PeerDirectory(store);
    const arrivals = new TraceArrivals(traceFeed, (error) => {
      report(`Requests that wait for a trace cannot be woken: ${String(error)}`);
      for (const alarm of alarms) alarm.stop();
    });
    let isClosing = false;

    server.get<{ Params: { id: string } }>('/api/v3/lantern/traces/:id/wait', async (request, reply) => {
      const wait = parseV3WaitRequest(request.params.id, searchParamsOf(request));
      if (isClosing || alarms.size >= MAX_WAITERS) {
        void reply.header('retry-after', '1');
        throw new HttpError(503, `${MAX_WAITERS} requests wait for traces already: retry later`);
      }
      const alarm = new Alarm();
      const unfollow = arrivals.follow(wait.traceId, () => alarm.ring());
      alarms.add(alarm);
      // A client that disconnects needs no answer.
      reply.raw.once('close', () => alarm.stop());
      try {
        const answer = await new TraceWait(wait, store, peers, alarm).run();
        return await sendJson(reply, JSON.stringify(answer satisfies V3Wait));
      } finally {
        unfollow();
        alarms.delete(alarm);
      }
    });

    server.addHook('preClose', async () => {
      isClosing = true;
      for (const alarm of alarms) alarm.stop();
    });
  };

const CLOSING: V3WaitReason = { kind: 'closing', message: 'Lantern is stopping, so the wait ended early.' };

const STILL_ARRIVING: V3WaitReason = {
  kind: 'arriving',
  message: 'Spans of the trace were still arriving when the timeout passed.',
};

/** One request that waits. */
class TraceWait {
  private readonly start = performance.now();
  private trace: Trace | undefined;

  constructor(
    private readonly request: V3WaitRequest,
    private readonly store: TraceStore,
    private readonly peers: PeerDirectory,
    private readonly alarm: Alarm,
  ) {}

  async run(): Promise<V3Wait> {
    // Returns no reason as soon as the condition is met.
    const reasons = await (this.request.until === 'span' ? this.untilSpan() : this.untilSettled());
    return {
      traceId: this.request.traceId,
      complete: reasons.length === 0,
      spanCount: this.trace === undefined ? 0 : [...spansOf(this.trace.resourceSpans)].length,
      waitedMs: Math.round(performance.now() - this.start),
      reasons,
    };
  }

  private get remainingMillis(): number {
    return Math.max(0, this.start + this.request.timeoutMillis - performance.now());
  }

  private async untilSpan(): Promise<readonly V3WaitReason[]> {
    const { service, span: name } = this.request;
    for (;;) {
      this.trace = await this.store.getTrace(this.request.traceId);
      for (const { span, resource } of spansOf(this.trace?.resourceSpans ?? [])) {
        const isWanted =
          (name === '' || span.name === name) && (service === '' || serviceNameOf(resource) === service);
        if (isWanted) return [];
      }
      const wakening = await this.alarm.sleep(this.remainingMillis);
      if (wakening === 'stopped') return [CLOSING];
      if (wakening === 'elapsed') return [await missingSpanReason(this.request, this.store)];
    }
  }

  private async untilSettled(): Promise<readonly V3WaitReason[]> {
    const { settleMillis } = this.request;
    for (;;) {
      const remaining = this.remainingMillis;
      const settling = await this.alarm.sleep(Math.min(settleMillis, remaining));
      if (settling === 'stopped') return [CLOSING];
      if (settling === 'elapsed' && remaining >= settleMillis) {
        if ((await this.gaps()).length === 0) return [];
        // Only a span that arrives can close a gap.
        const wakening = await this.alarm.sleep(this.remainingMillis);
        if (wakening === 'stopped') return [CLOSING];
        if (wakening === 'elapsed') return reasonsOf(await this.gaps(), this.trace, this.store);
      } else if (this.remainingMillis === 0) {
        return [STILL_ARRIVING, ...(await reasonsOf(await this.gaps(), this.trace, this.store))];
      }
    }
  }

  private async gaps(): Promise<readonly TraceGap[]> {
    const { traceId, until, parentSpanId, roots, instrumented } = this.request;
    this.trace = await this.store.getTrace(traceId);
    if (until === 'quiet') return [];
    if (this.trace) await this.peers.learn(this.trace);
    return traceGaps(this.trace, {
      parentSpanId,
      roots,
      instrumentedService: (caller, peers) =>
        this.peers.serviceOf(caller, peers) ??
        peers.find((peer) => instrumented.includes(peer) || instrumented.includes(hostOfPeer(peer))),
    });
  }
}
