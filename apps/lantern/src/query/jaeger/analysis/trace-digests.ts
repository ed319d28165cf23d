import type { TraceDigest } from '@lantern/query-api';
import { at, operationOf, serviceOf, type Trace, type TraceId } from '@lantern/telemetry-model';
import { decodeTraceSteps, type EncodedTrace, type HoldBytes } from '@lantern/telemetry-store';
import type { DetectionKind } from '@lantern/trace-analysis';
import { Turn, inTurns } from '../../../transport/answers/turn.js';
import { loadAnalysis } from './load-analysis.js';

/** Maximum number of digests that are kept: about 10 MB. */
const MAX_KEPT = 20_000;

/** Memory of a model and its facts, by that of its messages; measured on spans of eleven attributes. */
const FACTS_FACTOR = 10;

/** Request, named by the span that received it. */
export interface TracedRequest {
  readonly service: string;
  readonly operation: string;
}

/** Digest with the requests of the trace and what was detected in each. Both are empty unless they were asked for. */
export interface AnalyzedDigest extends TraceDigest {
  readonly requests: readonly TracedRequest[];
  readonly findings: readonly (TracedRequest & { readonly kind: DetectionKind })[];
}

interface KeptDigest {
  /** Size of the trace, in bytes: a trace with further spans is larger. */
  readonly bytes: number;
  readonly hasIssues: boolean;
  readonly digest: AnalyzedDigest;
}

/**
 * Properties of whole traces, by which searches filter. They are computed when a search asks for them, so ingest does
 * nothing, and the latest are kept.
 */
export class TraceDigests {
  private readonly kept = new Map<TraceId, KeptDigest>();

  /** @param adjusted returns a trace as clients see it */
  constructor(private readonly adjusted: (trace: Trace) => Trace) {}

  /** @param hold called with the memory that the computation takes */
  async of(trace: EncodedTrace, needsIssues: boolean, hold: HoldBytes): Promise<AnalyzedDigest> {
    const { traceId } = trace;
    const bytes = bytesOf(trace);
    const known = this.kept.get(traceId);
    this.kept.delete(traceId);
    if (known?.bytes === bytes && (known.hasIssues || !needsIssues)) {
      this.kept.set(traceId, known);
      return known.digest;
    }
    hold(FACTS_FACTOR * bytes);
    const digest = await this.compute(
      this.adjusted(await inTurns(decodeTraceSteps(trace), new Turn())),
      needsIssues,
    );
    this.kept.set(traceId, { bytes, hasIssues: needsIssues, digest });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
    return digest;
  }

  /** Computes the digest of a trace as clients see it, and yields to other requests between the steps. */
  async compute({ traceId, resourceSpans }: Trace, needsIssues: boolean): Promise<AnalyzedDigest> {
    const { TraceFacts, detectSteps, originOfFailure } = await loadAnalysis();
    const turn = new Turn();
    const facts = await inTurns(TraceFacts.steps(traceId, resourceSpans), turn);
    const { table } = facts;
    const origin = originOfFailure(facts);
    const requests = new Map<string, TracedRequest>();
    const findings = new Map<string, AnalyzedDigest['findings'][number]>();
    const requestOf = (row: number): TracedRequest => ({
      service: facts.service(row),
      operation: facts.operation(row),
    });
    if (needsIssues) {
      const detections = await inTurns(detectSteps(facts), turn);
      for (const owner of new Set(facts.owner)) {
        const request = requestOf(owner);
        requests.set(keyOf(request), request);
      }
      for (const { kind, rows } of detections) {
        const [row = 0] = rows;
        const request = requestOf(at(facts.owner, row));
        findings.set(`${kind}\u0000${keyOf(request)}`, { ...request, kind });
      }
    }
    const isRooted = table.length > 0 && at(table.isOrphan, 0) === 0;
    return {
      spanCount: table.length,
      serviceCount: table.services.length,
      errorCount: table.errorCount,
      depth: table.levels,
      durationNano: BigInt(Math.round(table.duration)),
      rootService: isRooted ? serviceOf(table, 0) : '',
      rootName: isRooted ? operationOf(table, 0) : '',
      isIncomplete: table.missingParents.length > 0,
      origin: origin && { service: facts.service(origin.row), name: facts.operation(origin.row) },
      issues: [...new Set(Array.from(findings.values(), ({ kind }) => kind))],
      requests: [...requests.values()],
      findings: [...findings.values()],
    };
  }
}

export const keyOf = ({ service, operation }: TracedRequest): string => `${service}\u0000${operation}`;

const bytesOf = ({ groups }: EncodedTrace): number => {
  let bytes = 0;
  for (const { spans } of groups) for (const { length } of spans) bytes += length;
  return bytes;
};
