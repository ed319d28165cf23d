import type { TraceId } from '@lantern/telemetry-model';
import { Backend } from './backend/backend.js';
import { readConfig, type TraceTestingConfig } from './backend/config.js';
import { BAGGAGE_KEY, makeContext, type TraceHeaders } from './backend/headers.js';
import { Polling } from './backend/poll.js';
import { rejectUnknownMembers } from './patterns/similarity.js';
import { linkSpans } from './trace/link-spans.js';
import type { LogLine } from './trace/log-line.js';
import { testTraceOf } from './trace/trace-model.js';
import type { TestTrace, ConsequenceOptions } from './trace/test-trace.js';

export interface TracedOptions {
  /** `complete` (default) waits for all spans of the trace; `quiet` until no span arrives any more. */
  readonly until?: 'complete' | 'quiet';
  /** Timeout in milliseconds. After it the trace is returned as it is, with the reasons why it is incomplete. */
  readonly timeoutMillis?: number;
  /** Time in milliseconds without an arriving span after which the trace counts as settled. Default: 50. */
  readonly settleMillis?: number;
  /** Number of requests that get the headers. Default: 1. */
  readonly requests?: number;
  /** Further baggage of the request. */
  readonly baggage?: Readonly<Record<string, string>>;
}

export interface Traced<Result> {
  /** Result of the action. */
  readonly result: Result;
  readonly trace: TestTrace;
}

/** Sends the headers with a request, and returns what the test needs of the response. */
export type TracedAction<Result> = (headers: TraceHeaders, traceId: string) => Promise<Result> | Result;

/**
 * Runs an action with the headers of a new trace, and waits until the trace is complete.
 *
 * ```ts
 * const { result, trace } = await traced('order a laptop', (headers) =>
 *   fetch(`${url}/orders`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body }),
 * );
 * ```
 *
 * @param name name of the step, which failures show
 * @throws the error of the action, if it fails
 */
export type TracedFunction = <Result>(
  name: string,
  action: TracedAction<Result>,
  options?: TracedOptions,
) => Promise<Traced<Result>>;

const OPTIONS = [
  'until',
  'timeoutMillis',
  'settleMillis',
  'requests',
  'baggage',
] as const satisfies readonly (keyof TracedOptions)[];

/** Functions of the trace tests of one backend. */
export interface TraceTesting {
  readonly traced: TracedFunction;
  /** Waits for a trace that another program has begun, and reads it. */
  readonly readTrace: (traceId: string, options?: ReadOptions) => Promise<TestTrace>;
  /** Returns the log lines of the last hour that match a LogQL query, oldest first, at most 1,000. */
  readonly queryLogs: (query: string) => Promise<readonly LogLine[]>;
  /**
   * Deletes all data of the Lantern, for suites whose tests count over traces and run one after the other. Parallel tests must not
   * use it: it deletes their traces too. A Lantern that the kit did not start needs `LANTERN_ALLOW_RESET=1`.
   *
   * @throws {BackendError} when the backend does not allow it, or is no Lantern
   */
  readonly resetLantern: () => Promise<void>;
}

export type ReadOptions = Pick<TracedOptions, 'until' | 'timeoutMillis' | 'settleMillis'>;

const READ_OPTIONS = [
  'until',
  'timeoutMillis',
  'settleMillis',
] as const satisfies readonly (keyof ReadOptions)[];

const HOUR_MILLIS = 3_600_000;

/** Returns the functions for one backend. The environment is read at their first call. */
export const createTraceTesting = (config: TraceTestingConfig = {}): TraceTesting => {
  let known: TraceReader | undefined;
  const reader = (): TraceReader => (known ??= new TraceReader(new Backend(readConfig(config))));
  return {
    traced: async (name, action, options = {}) => {
      rejectUnknownMembers('The options of traced()', options, OPTIONS);
      const reads = reader();
      const sinceMillis = Date.now();
      const { traceId, spanId, headers } = makeContext(options.baggage);
      const result = await action(headers, traceId);
      const trace = await reads.read({ ...options, name, traceId, sinceMillis, parentSpanId: spanId });
      return { result, trace };
    },
    readTrace: (traceId, options = {}) => {
      rejectUnknownMembers('The options of readTrace()', options, READ_OPTIONS);
      return reader().read({ ...options, traceId, sinceMillis: Date.now() - HOUR_MILLIS });
    },
    queryLogs: (query) => reader().backend.queryLogs(query, Date.now() - HOUR_MILLIS),
    resetLantern: () => reader().backend.deleteData(),
  };
};

interface ReadRequest extends Omit<TracedOptions, 'requests' | 'baggage'> {
  readonly name?: string;
  readonly traceId: string;
  readonly sinceMillis: number;
  readonly parentSpanId?: string;
  readonly requests?: number;
}

const SEARCH_MILLIS = 100;

/** Time without a new trace after which no further consequence is expected. */
const SEARCH_SETTLE_MILLIS = 300;

/** Waits for traces and reads them. */
class TraceReader {
  private readonly polling: Polling;
  private hasWaitEndpoint = true;

  constructor(readonly backend: Backend) {
    this.polling = new Polling(backend);
  }

  async read(request: ReadRequest): Promise<TestTrace> {
    const { traceId, sinceMillis, name, parentSpanId } = request;
    const { reasons } = await this.wait(request);
    const [trace, logs] = await Promise.all([
      this.backend.trace(traceId),
      this.backend.logs(traceId, sinceMillis),
    ]);
    return testTraceOf(trace ?? { traceId: traceId as TraceId, resourceSpans: [] }, {
      // The parent of the roots is the test.
      isOutside: (span) => parentSpanId !== undefined && span.parentSpanId === parentSpanId,
      reasons: reasons.map(({ message }) => message),
      logs,
      url: this.backend.traceUrl(traceId),
      ...(name !== undefined && { name }),
      origin: {
        logs: () => this.backend.logs(traceId, sinceMillis),
        consequences: (cause, options) => this.consequences(cause, options, sinceMillis),
      },
    });
  }

  private async wait(request: ReadRequest) {
    const wait = {
      ...request,
      until: request.until ?? ('complete' as const),
      timeoutMillis: request.timeoutMillis ?? this.backend.config.timeoutMillis,
      roots: request.requests,
    };
    const answer = this.hasWaitEndpoint ? await this.backend.wait(wait) : undefined;
    if (answer !== undefined) return answer;
    if (this.hasWaitEndpoint) {
      this.hasWaitEndpoint = false;
      process.emitWarning(
        `${this.backend.config.url} has no endpoint to wait for a trace, so the trace tests poll: they are slower, and a ` +
          'called service is known only from an earlier trace of the same worker or from `instrumented`.',
        { type: 'TraceTestingWarning' },
      );
    }
    return this.polling.wait(wait);
  }

  private async consequences(
    cause: TestTrace,
    { at, until = 'quiet', timeoutMillis = this.backend.config.timeoutMillis }: ConsequenceOptions,
    sinceMillis: number,
  ): Promise<readonly TestTrace[]> {
    const services = typeof at === 'string' ? [at] : at;
    const deadline = Date.now() + timeoutMillis;
    let found = new Set<string>();
    let foundAt = Date.now();
    for (;;) {
      const now = await this.causedTraces(cause, services, sinceMillis);
      if (now.size !== found.size) foundAt = Date.now();
      found = now;
      const remaining = deadline - Date.now();
      const isSettled = found.size > 0 && Date.now() - foundAt >= SEARCH_SETTLE_MILLIS;
      if (isSettled || remaining <= 0) {
        const read = { sinceMillis, until, settleMillis: 100, timeoutMillis: Math.max(200, remaining) };
        return Promise.all([...found].map((traceId) => this.read({ ...read, traceId })));
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(SEARCH_MILLIS, remaining)));
    }
  }

  /** Returns the traces of the services that carry the baggage of the test, and those linked to the cause either way. */
  private async causedTraces(
    cause: TestTrace,
    services: readonly string[],
    sinceMillis: number,
  ): Promise<Set<string>> {
    const found = new Set(cause.spans.flatMap(({ links }) => links.map(({ traceId }) => traceId)));
    for (const service of services) {
      const marked = await this.backend.search(service, { [BAGGAGE_KEY]: cause.traceId }, sinceMillis);
      for (const traceId of marked) found.add(traceId);
      for (const traceId of await this.backend.search(service, {}, sinceMillis)) {
        if (found.has(traceId)) continue;
        const trace = await this.backend.trace(traceId);
        const spans = trace === undefined ? [] : linkSpans(trace);
        if (spans.some(({ links }) => links.some((link) => link.traceId === cause.traceId)))
          found.add(traceId);
      }
    }
    found.delete(cause.traceId);
    return found;
  }
}
