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
import type { LogFeed } from './feed.js';
import { MAX_MESSAGES, refuseTooManyMembers } from './item-limit.js';
import { faultOfEntry, faultOfLabels, formatSecond, type Fault, type LogLimits } from './log-limits.js';
import { streamsOfOtlp } from './otlp-logs.js';
import { RateLimit } from './rate-limit.js';

/** Enough to find the fault; a request may be wrong thousands of times. */
const MAX_REASONS = 10;

/** Many entries are wrong in the same way: so many are looked at to find different reasons. */
const MAX_DESCRIBED = 100;

/** A reason names the stream and the value, either of which may be most of the request. */
const MAX_REASON_LENGTH = 16_384;

const shortened = (reason: string): string =>
  reason.length > MAX_REASON_LENGTH ? `${reason.slice(0, MAX_REASON_LENGTH)}…` : reason;

/** As Loki calls whoever sends, where there is but one. */
const TENANT = 'fake';

export interface LogAcceptance {
  readonly acceptedEntries: number;
  readonly rejectedEntries: number;
  /** Each one once, and not all of them where there are many. */
  readonly reasons: readonly string[];
  /** Some may be sent again, later. */
  readonly isOverLimit: boolean;
}

export interface LogIngestParts {
  readonly store: LogStore;
  readonly feed: LogFeed;
  readonly limits: LogLimits;
  readonly now: () => UnixNano;
}

/** Takes log lines in, however they arrived: the transports only translate. */
export class LogIngest {
  private readonly active: ActiveStreams;
  private readonly rate: RateLimit;

  constructor(private readonly parts: LogIngestParts) {
    const nowMillis = () => Number(parts.now() / 1_000_000n);
    this.active = new ActiveStreams(parts.limits.maxActiveStreams, nowMillis);
    this.rate = new RateLimit(parts.limits.maxBytesPerSecond, nowMillis);
  }

  /** Once it fulfils, the lines can be queried. What is good among them is kept, also when the rest is refused. */
  async accept(streams: readonly LogStream[]): Promise<LogAcceptance> {
    const refusals = new Refusals();
    const overRate = this.overRate(streams);
    if (overRate) return overRate;
    const kept: LogStream[] = [];
    for (const stream of streams) {
      if (stream.entries.length === 0) continue;
      const checked = this.check(withServiceName(stream), refusals);
      if (checked.entries.length > 0) kept.push(withDetectedLevel(checked));
    }
    if (kept.length > 0) {
      const added = await this.parts.store.append(kept);
      // Duplicates are not followed: a resent request shows nothing new.
      this.parts.feed.publish(added);
    }
    return refusals.toAcceptance(kept.reduce((sum, { entries }) => sum + entries.length, 0));
  }

  /**
   * @param request an `ExportLogsServiceRequest`
   * @returns how many lines were rejected, and why, once the others can be queried
   * @throws {MalformedOtlpError}
   */
  async acceptOtlpProtobuf(request: Uint8Array): Promise<PartialSuccess> {
    return this.acceptOtlp(decodeLogsRequest(request, MAX_MESSAGES));
  }

  /** As {@link acceptOtlpProtobuf}, for OTLP/JSON. */
  async acceptOtlpJson(request: string): Promise<PartialSuccess> {
    refuseTooManyMembers(request);
    return this.acceptOtlp(parseLogsRequestJson(request));
  }

  private async acceptOtlp(logs: readonly ResourceLogs[]): Promise<PartialSuccess> {
    const { rejectedEntries, reasons } = await this.accept(streamsOfOtlp(logs, this.parts.now()));
    return { rejected: BigInt(rejectedEntries), errorMessage: reasons.join('; ') };
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
