import {
  answeredCalls,
  hostOfPeer,
  unansweredCalls,
  type Trace,
  type TraceId,
} from '@lantern/telemetry-model';
import type { TraceStore } from '@lantern/telemetry-store';
import { nowUnixNano } from '../../../clock.js';

/** Maximum number of names that are kept. Beyond it the oldest are evicted. */
const MAX_NAMES = 10_000;

/** Age of the calls that show who answers to a name. */
const MAX_AGE_NANO = 3_600_000_000_000n;

/** Number of traces that are read to find an answered call. */
const SAMPLED_TRACES = 10;

/** Time after which a name without an answered call is searched for again. */
const RETRY_MILLIS = 2_000;

/** Search for the service behind a name that has found nothing. */
interface FailedSearch {
  readonly atMillis: number;
  /** Trace with a call of the service. Its answer may arrive later. */
  readonly traceId: TraceId;
}

/** Names of a called service, as its caller knows it. */
type Call = ReturnType<typeof unansweredCalls>[number];

/**
 * Services that send traces, by the names that callers use for them. A service is known when an earlier call by the same
 * name was answered by its SERVER or CONSUMER span, or when it has the name itself and is called by any service.
 */
export class PeerDirectory {
  private readonly serviceByName = new Map<string, string>();
  private readonly failedSearches = new Map<string, FailedSearch>();

  constructor(private readonly store: TraceStore) {}

  /** Learns from the answered calls of a trace, and looks up those without an answer. */
  async learn(trace: Trace): Promise<void> {
    this.noteAnswers(trace);
    for (const call of unansweredCalls(trace)) {
      for (const peer of call.peers) await this.lookUp(call, peer, trace.traceId);
    }
  }

  serviceOf(caller: string, peers: readonly string[]): string | undefined {
    for (const peer of peers) {
      const service = this.serviceByName.get(keyOf(caller, peer));
      if (service !== undefined) return service;
    }
    return undefined;
  }

  private noteAnswers(trace: Trace): void {
    for (const { caller, peers, service } of answeredCalls(trace)) {
      for (const peer of peers) this.remember(this.serviceByName, keyOf(caller, peer), service);
    }
  }

  private async lookUp({ caller }: Call, peer: string, traceId: TraceId): Promise<void> {
    const key = keyOf(caller, peer);
    if (this.serviceByName.has(key)) return;
    const failed = this.failedSearches.get(key);
    if (failed !== undefined && Date.now() - failed.atMillis < RETRY_MILLIS) {
      if (failed.traceId === traceId) return;
      const earlier = await this.store.getTrace(failed.traceId);
      if (earlier !== undefined) this.noteAnswers(earlier);
      return;
    }
    const service = (await this.calledServiceNamed(peer)) ?? (await this.serviceThatAnswered(caller, peer));
    if (service !== undefined) this.remember(this.serviceByName, key, service);
    else this.remember(this.failedSearches, key, { atMillis: Date.now(), traceId });
  }

  /** The name or host may be that of a service, as in a Compose file. */
  private async calledServiceNamed(peer: string): Promise<string | undefined> {
    const edges = await this.store.dependencies(lastHour());
    return edges.find(({ child }) => child === peer || child === hostOfPeer(peer))?.child;
  }

  private async serviceThatAnswered(caller: string, peer: string): Promise<string | undefined> {
    const traces = await this.store.findTraces({
      service: caller,
      attributes: attributesOf(peer),
      range: lastHour(),
      limit: SAMPLED_TRACES,
    });
    return traces.flatMap(answeredCalls).find((call) => call.caller === caller && call.peers.includes(peer))
      ?.service;
  }

  private remember<Value>(names: Map<string, Value>, key: string, value: Value): void {
    names.delete(key);
    names.set(key, value);
    const [oldest] = names.keys();
    if (names.size > MAX_NAMES && oldest !== undefined) names.delete(oldest);
  }
}

const keyOf = (caller: string, peer: string): string => `${caller}\n${peer}`;

const lastHour = () => {
  const endUnixNano = nowUnixNano();
  return { startUnixNano: endUnixNano - MAX_AGE_NANO, endUnixNano };
};

/** Attributes that a span with this peer has, so that the search reads few others. */
const attributesOf = (peer: string): Readonly<Record<string, string>> => {
  const destination = peer.indexOf('/');
  if (destination >= 0) return { 'messaging.destination.name': peer.slice(destination + 1) };
  const host = hostOfPeer(peer);
  return {
    'server.address': host,
    ...(host !== peer && { 'server.port': peer.slice(host.length + 1) }),
  };
};
