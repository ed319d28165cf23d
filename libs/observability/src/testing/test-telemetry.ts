import { type Context, propagation, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { defaultResource } from '@opentelemetry/resources';
import {
  NoopSpanProcessor,
  type ReadableSpan,
  type Sampler,
  type SamplingResult,
  type Span,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { installHttpHooks, removeHttpHooks } from '../http/http-hooks.js';
import { OldConventions, wantsOldConventions } from '../http/old-conventions.js';
import { createPropagator } from '../propagation/propagator.js';
import { keepRules } from '../tracing/keep-rules.js';
import { KeptTraces } from '../tracing/kept-traces.js';
import { createSampler } from '../tracing/sampler.js';
import { spanLimits } from '../tracing/span-limits.js';
import { stampCorrelation, stampTestRequest } from '../tracing/span-processor.js';
import { LeanTracerProvider } from '../tracing/tracer-provider.js';
import { type SpanTreeOptions, spanTree } from './span-tree.js';

export interface WaitOptions {
  /** Timeout of the wait, in milliseconds. Default: 2000. */
  timeoutMillis?: number;
}

/** Tracing as `@lantern/observability/register` sets it up, with the spans kept in memory instead of sent. */
export interface TestTelemetry {
  /** The spans that have ended since the last reset, in the order in which they ended. */
  spans(): readonly ReadableSpan[];
  /** The ended span of that name. Throws, naming those that there are, unless there is exactly one. */
  span(name: string): ReadableSpan;
  /** The ended spans as a tree of text, see `spanTree()`. */
  tree(options?: SpanTreeOptions): string;
  /**
   * Waits until that many spans have ended; a server span ends shortly after its response has arrived. Rejects, with
   * the tree so far, when they do not.
   */
  waitForSpans(count: number, options?: WaitOptions): Promise<readonly ReadableSpan[]>;
  /** Discards all spans. */
  reset(): void;
  /**
   * Removes the hooks from Node's HTTP modules, which test files of one worker share. Called automatically at the end of
   * a test file if there is a global `afterAll`, as under Jest.
   */
  stop(): void;
}

/**
 * Starts tracing for the tests of this process, or resets it when it is started already. `env` takes the variables that
 * shape the spans: `OTEL_TRACES_SAMPLER` with its argument, `OBSERVABILITY_KEEP_*`, `OTEL_SEMCONV_STABILITY_OPT_IN`.
 */
export const startTestTelemetry = (env: NodeJS.ProcessEnv = {}): TestTelemetry => {
  telemetry ??= new MemoryTelemetry();
  installHttpHooks();
  telemetry.configure(env);
  telemetry.reset();
  return telemetry;
};

let telemetry: MemoryTelemetry | undefined;

class MemoryTelemetry implements TestTelemetry, SpanProcessor, Sampler {
  private ended: ReadableSpan[] = [];
  private readonly waiting = new Set<() => void>();
  private sampler = createSampler({});
  private oldConventions: OldConventions | undefined;
  private kept: KeptTraces | undefined;

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(createPropagator({}));
    trace.setGlobalTracerProvider(
      new LeanTracerProvider({
        resource: defaultResource(),
        sampler: this,
        limits: spanLimits({}),
        processors: [this],
      }),
    );
    stopAfterTestFile();
  }

  spans(): readonly ReadableSpan[] {
    return this.ended;
  }

  span(name: string): ReadableSpan {
    const [span, ...others] = this.ended.filter((each) => each.name === name);
    if (!span || others.length > 0) {
      throw new Error(
        `Expected one span "${name}", there are ${span ? others.length + 1 : 0}:\n${this.tree()}`,
      );
    }
    return span;
  }

  tree(options?: SpanTreeOptions): string {
    return spanTree(this.ended, options);
  }

  waitForSpans(count: number, { timeoutMillis = 2000 }: WaitOptions = {}): Promise<readonly ReadableSpan[]> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.ended.length < count) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve(this.ended);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        reject(new Error(`Expected ${count} spans, ${this.ended.length} have ended:\n${this.tree()}`));
      }, timeoutMillis);
      this.waiting.add(check);
      check();
    });
  }

  configure(env: NodeJS.ProcessEnv): void {
    this.sampler = createSampler(env);
    this.oldConventions = wantsOldConventions(env) ? new OldConventions() : undefined;
    const rules = keepRules(env);
    this.kept = rules && new KeptTraces(new Collector((span) => this.collect(span)), rules);
  }

  reset(): void {
    this.ended = [];
  }

  stop(): void {
    removeHttpHooks();
  }

  shouldSample(...args: Parameters<Sampler['shouldSample']>): SamplingResult {
    return this.sampler.shouldSample(...args);
  }

  onStart(span: Span, parent: Context): void {
    stampCorrelation(span, parent);
    stampTestRequest(span, parent);
    this.kept?.onStart(span, parent);
  }

  onEnding(span: Span): void {
    this.oldConventions?.onEnding(span);
  }

  onEnd(span: ReadableSpan): void {
    if (this.kept) this.kept.onEnd(span);
    else this.collect(span);
  }

  private collect(span: ReadableSpan): void {
    this.ended.push(span);
    for (const check of this.waiting) check();
  }

  async forceFlush(): Promise<void> {
    // No spans are held.
  }

  async shutdown(): Promise<void> {
    // The spans stay to be asserted on.
  }
}

/** Collects ended spans, after the processor that decides whether to keep a trace. */
class Collector extends NoopSpanProcessor {
  constructor(private readonly collect: (span: ReadableSpan) => void) {
    super();
  }

  override onEnd(span: ReadableSpan): void {
    this.collect(span);
  }
}

const stopAfterTestFile = (): void => {
  const { afterAll } = globalThis as { afterAll?: (hook: () => void) => void };
  try {
    afterAll?.(removeHttpHooks);
  } catch {
    // Started from within a hook or a test, where no other hook may be added: `stop()` is the caller's.
  }
};
