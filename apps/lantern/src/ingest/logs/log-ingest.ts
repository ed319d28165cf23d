import {
  decodeLogsRequest,
  parseLogsRequestJson,
  type PartialSuccess,
  type ResourceLogs,
} from '@lantern/otlp';
import { formatLabels } from '@lantern/query-api';
import type { LogEntry, LogStream, UnixNano } from '@lantern/telemetry-model';
import type { LogStore } from '@lantern/telemetry-store';
import { ActiveStreams } from './active-streams.js';
import { withDetectedLevel } from './enrich/detected-level.js';
import { withServiceName } from './enrich/service-name.js';
import type { LogFeed } from '../feed.js';
import { MAX_MESSAGES, rejectTooManyMembers } from '../item-limit.js';
import { faultOfEntry, faultOfLabels, formatSecond, type Fault, type LogLimits } from './log-limits.js';
import { streamsOfOtlp } from './otlp-logs.js';
import { RateLimit } from './rate-limit.js';
import { Turn } from '../../transport/answers/turn.js';

/** Maximum number of distinct reasons in a response. */
const MAX_REASONS = 10;

/** Maximum number of rejected entries to describe, in search of distinct reasons: many entries have the same fault. */
const MAX_DESCRIBED = 100;

/** Maximum length of a reason, which quotes the labels and the rejected value. */
const MAX_REASON_LENGTH = 16_384;

const shortened = (reason: string): string =>
  reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…` : reason;

/** Loki's tenant ID when multi-tenancy is off. */
const TENANT = 'fake';

export interface LogAcceptance {
  readonly acceptedEntries: number;
  readonly rejectedEntries: number;
  /** Distinct reasons, up to a maximum number. */
  readonly reasons: readonly string[];
  /** Whether a limit rejected entries that the client may retry later. */
  readonly isOverLimit: boolean;
}

export interface LogIngestParts {
  readonly store: LogStore;
  readonly feed: LogFeed;
  readonly limits: LogLimits;
  readonly now: () => UnixNano;
}

/** Accepts log lines from every transport: checks, enriches, stores and publishes them. */
export class LogIngest {
  private active: ActiveStreams;
  private readonly rate: RateLimit;

  constructor(private readonly parts: LogIngestParts) {
    this.active = this.noStreams();
    this.rate = new RateLimit(parts.limits.maxBytesPerSecond, () => this.nowMillis());
  }

  /** Forgets the active streams and their newest times, as after a start. */
  forgetStreams(): void {
    this.active = this.noStreams();
  }

  /** Stores the valid entries, also if others are rejected. Queries see them once the promise fulfills. */
  async accept(streams: readonly LogStream[]): Promise<LogAcceptance> {
    const refusals = new Refusals();
    const overRate = this.overRate(streams);
    if (overRate) return overRate;
    const kept: LogStream[] = [];
    const turn = new Turn();
    for (const stream of streams) {
      if (stream.entries.length === 0) continue;
      const checked = this.check(withServiceName(stream), refusals);
      if (checked.entries.length > 0) kept.push(withDetectedLevel(checked));
      await turn.giveWay();
    }
    if (kept.length > 0) {
      const added = await this.parts.store.append(kept);
      // Only entries that are not duplicates: live clients must not see a retried request again.
      this.parts.feed.publish(added);
    }
    return refusals.toAcceptance(kept.reduce((sum, { entries }) => sum + entries.length, 0));
  }

  /**
   * @param request an `ExportLogsServiceRequest`
   * @returns number of rejected lines and the reasons, once queries see the other lines
   * @throws {MalformedOtlpError}
   */
  async acceptOtlpProtobuf(request: Uint8Array): Promise<PartialSuccess> {
    const turn = new Turn();
    return this.acceptOtlp(decodeLogsRequest(request, MAX_MESSAGES), turn);
  }

  /** As {@link acceptOtlpProtobuf}, for OTLP/JSON. */
  async acceptOtlpJson(request: string): Promise<PartialSuccess> {
    rejectTooManyMembers(request);
    const turn = new Turn();
    return this.acceptOtlp(parseLogsRequestJson(request), turn);
  }

  private async acceptOtlp(logs: readonly ResourceLogs[], turn: Turn): Promise<PartialSuccess> {
    await turn.giveWay();
    const streams = streamsOfOtlp(logs, this.parts.now());
    await turn.giveWay();
    const { rejectedEntries, reasons } = await this.accept(streams);
    return { rejected: BigInt(rejectedEntries), errorMessage: reasons.join('; ') };
  }

  private noStreams(): ActiveStreams {
    return new ActiveStreams(this.parts.limits.maxActiveStreams, () => this.nowMillis());
  }

  private nowMillis(): number {
    return Number(this.parts.now() / 1_000_000n);
  }

  private overRate(streams: readonly LogStream[]): LogAcceptance | undefined {
    if (this.rate.perSecond === Infinity) return undefined;
    const lines = streams.flatMap(({ entries }) => entries);
    const bytes = lines.reduce((sum, { line }) => sum + Buffer.byteLength(line), 0);
    if (this.rate.take(bytes)) return undefined;
    return {
      acceptedEntries: 0,
      rejectedEntries: lines.length,
      reasons: [
        `ingestion rate limit exceeded for user ${TENANT} (limit: ${this.rate.perSecond} bytes/sec) while attempting ` +
          `to ingest '${lines.length}' lines totaling '${bytes}' bytes, reduce log volume or contact your Loki ` +
          'administrator to see if the limit can be increased',
      ],
      isOverLimit: true,
    };
  }

  private check(stream: LogStream, refusals: Refusals): LogStream {
    const { labels, entries } = stream;
    const { limits, now } = this.parts;
    const fault = faultOfLabels(labels, limits);
    if (fault !== undefined) {
      refusals.add(fault, entries.length);
      return { labels, entries: [] };
    }
    const active = this.active.enter(labels);
    if (!active) {
      refusals.add(
        () =>
          `maximum active stream limit exceeded when trying to create stream ${formatLabels(labels)}, reduce the number ` +
          'of active streams (reduce labels or reduce label values), or contact your Loki administrator to see if ' +
          `the limit can be increased, user: '${TENANT}'`,
        entries.length,
        true,
      );
      return { labels, entries: [] };
    }
    const time = now();
    let behind = 0;
    let lastBehind = NO_TIMES;
    const kept = entries.filter((entry: LogEntry) => {
      const reason = faultOfEntry(labels, entry, time, limits);
      if (reason !== undefined) {
        refusals.add(reason);
        return false;
      }
      const oldest = active.newestUnixNano - limits.maxBehindNanos;
      if (entry.timeUnixNano < oldest) {
        behind++;
        lastBehind = { time: entry.timeUnixNano, oldest };
        return false;
      }
      if (entry.timeUnixNano > active.newestUnixNano) active.newestUnixNano = entry.timeUnixNano;
      return true;
    });
    if (behind > 0) {
      refusals.add(
        () =>
          `entry with timestamp ${formatSecond(lastBehind.time)} ignored, reason: 'entry too far behind, entry ` +
          `timestamp is: ${formatSecond(lastBehind.time)}, oldest acceptable timestamp is: ${formatSecond(lastBehind.oldest)}'` +
          `,\nuser '${TENANT}', total ignored: ${behind} out of ${entries.length} for stream: ${formatLabels(labels)}`,
        behind,
      );
    }
    return kept.length === entries.length ? stream : { labels, entries: kept };
  }
}

const NO_TIMES = { time: 0n, oldest: 0n };

class Refusals {
  private entries = 0;
  private isOverLimit = false;
  private readonly reasons: string[] = [];

  private described = 0;

  add(fault: Fault, entries = 1, isOverLimit = false): void {
    this.entries += entries;
    this.isOverLimit ||= isOverLimit;
    if (this.reasons.length === MAX_REASONS || this.described === MAX_DESCRIBED) return;
    this.described++;
    const reason = shortened(fault());
    if (!this.reasons.includes(reason)) this.reasons.push(reason);
  }

  toAcceptance(acceptedEntries: number): LogAcceptance {
    const { entries: rejectedEntries, reasons, isOverLimit } = this;
    return { acceptedEntries, rejectedEntries, reasons, isOverLimit };
  }
}
