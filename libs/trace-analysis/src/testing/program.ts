import {
  SpanKind,
  StatusCode,
  type AnyValue,
  type ResourceSpans,
  type Span,
  type SpanEvent,
  type SpanId,
  type TraceId,
} from '@lantern/telemetry-model';
import { T0, attributes, millis, resource, span } from '@lantern/telemetry-model/testing';
import type { Conventions, HttpCall } from './conventions.js';

type Values = Record<string, AnyValue>;
export type Work = (here: Here) => void;

export interface SpanOptions {
  readonly kind?: SpanKind;
  readonly attributes?: Values;
  readonly events?: readonly SpanEvent[];
  /** Error message; the span fails with it. */
  readonly fails?: string;
}

export interface QueryOptions extends SpanOptions {
  readonly system?: string;
  readonly parameters?: readonly AnyValue[];
  readonly rows?: number;
  /** Name of the span in place of the one that the conventions give. */
  readonly name?: string;
}

export interface CallOptions extends SpanOptions {
  readonly status?: number;
  /** Name of the SERVER span in place of the one that the conventions give. */
  readonly serverName?: string;
  /** Milliseconds that the clock of the called service is ahead. */
  readonly clockAhead?: number;
  /** The called service does not receive the trace context: its spans belong to another trace. */
  readonly isCut?: boolean;
  /** The spans of the called service that are not exported: the SERVER span, but not its children. */
  readonly isServerLost?: boolean;
  /** Milliseconds after which the client gives up. */
  readonly timeout?: number;
  /** Address in place of `http://<service>:8080`. */
  readonly address?: string;
}

/** Numbers from 0 to 1 by a seed (mulberry32), so that the corpus is the same on every machine. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/**
 * Program of several services that runs in simulated time and records the spans that instrumentations would. Durations vary
 * by 30 % around what the program says.
 */
export class Program {
  private readonly spans: { service: string; span: Span }[] = [];
  readonly random: () => number;
  readonly traceId: TraceId;
  /** Name of the host that all services run on; undefined where resources do not name it. */
  hostName: string | undefined;
  private ids = 0;
  private spanIds = 0;

  constructor(
    readonly conventions: Conventions,
    private readonly seed: number,
  ) {
    this.random = randomFrom(seed);
    this.traceId = (seed + 1).toString(16).padStart(32, '0') as TraceId;
  }

  /** Returns a whole number from `from` to `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1));
  }

  /** Returns an ID that no other call returned. */
  id(): number {
    return 100_000 + this.seed * 1_000 + ++this.ids * 7;
  }

  /** Runs a request that a client without spans sent. */
  request(
    service: string,
    method: string,
    path: string,
    work: Work,
    options: CallOptions & { route?: string } = {},
  ): void {
    const here = new Here(this, service, undefined, 0);
    const url = `http://${service}:8080${path}`;
    const route = options.route ?? path.split('?', 1)[0]?.replaceAll(/\/\d+/g, '/:id') ?? '';
    here.serve(
      { method, url, route, status: options.status ?? 200, attributes: options.attributes ?? {} },
      work,
      options,
    );
  }

  /** Runs work that no request started. */
  job(service: string, name: string, work: Work, options: SpanOptions = {}): void {
    new Here(this, service, undefined, 0).span(name, work, options);
  }

  nextSpanId(): SpanId {
    return (++this.spanIds + this.seed * 0x10000).toString(16).padStart(16, '0') as SpanId;
  }

  add(service: string, recorded: Span): number {
    return this.spans.push({ service, span: recorded }) - 1;
  }

  finish(place: number, end: number): void {
    const entry = this.spans[place];
    if (entry !== undefined) entry.span = { ...entry.span, endUnixNano: T0 + millis(end) };
  }

  /** Returns the recorded spans, grouped by service. */
  resourceSpans(): ResourceSpans[] {
    const byService = new Map<string, Span[]>();
    for (const { service, span: recorded } of this.spans) {
      const spans = byService.get(service) ?? [];
      byService.set(service, spans);
      spans.push(recorded);
    }
    return [...byService].map(([service, spans]) => ({
      resource: resource(service, {
        'telemetry.sdk.name': 'opentelemetry',
        ...(this.hostName !== undefined && { 'host.name': this.hostName }),
      }),
      schemaUrl: '',
      scopeSpans: [
        {
          scope: { name: this.conventions.name, version: '1', attributes: [], droppedAttributesCount: 0 },
          schemaUrl: '',
          spans,
        },
      ],
    }));
  }
}

/** Place in a program: a service, the current span and the current time in milliseconds. */
export class Here {
  constructor(
    readonly program: Program,
    readonly service: string,
    readonly parent: SpanId | undefined,
    public now: number,
    /** Milliseconds that the clock of the service is ahead. */
    private readonly ahead = 0,
    private readonly isRecorded = true,
  ) {}

  /** Does nothing for a time. */
  wait(duration: number): void {
    this.now += duration * (0.7 + 0.6 * this.program.random());
  }

  span(name: string, work: Work, options: SpanOptions = {}): void {
    this.record(name, options.kind ?? SpanKind.internal, options, work);
  }

  query(text: string, duration: number, options: QueryOptions = {}): void {
    const { conventions } = this.program;
    const call = {
      system: options.system ?? 'postgresql',
      text,
      parameters: options.parameters ?? [],
      rows: options.rows,
    };
    this.record(
      options.name ?? conventions.queryName(call),
      options.kind ?? SpanKind.client,
      { ...options, attributes: { ...conventions.query(call), ...options.attributes } },
      (here) => here.wait(duration),
    );
  }

  /** Sends a command to a database without SQL. */
  command(system: string, text: string, duration: number, options: SpanOptions = {}): void {
    const isOld =
      'db.system' in this.program.conventions.query({ system, text, parameters: [], rows: undefined });
    const command = text.split(' ', 1)[0] ?? '';
    this.record(
      command,
      SpanKind.client,
      {
        ...options,
        attributes: {
          [isOld ? 'db.system' : 'db.system.name']: system,
          [isOld ? 'db.statement' : 'db.query.text']: text,
          ...options.attributes,
        },
      },
      (here) => here.wait(duration),
    );
  }

  /** Calls another service of the program. */
  call(
    service: string,
    method: string,
    path: string,
    work: Work,
    options: CallOptions & { route?: string } = {},
  ): void {
    const { conventions } = this.program;
    const route = options.route ?? path.split('?', 1)[0]?.replaceAll(/\/\d+/g, '/:id') ?? '';
    const url = `${options.address ?? `http://${service}:8080`}${path}`;
    const status = options.status ?? (options.fails === undefined ? 200 : 500);
    const call: HttpCall = {
      method,
      url,
      route,
      status: options.timeout === undefined ? status : undefined,
      attributes: options.attributes ?? {},
    };
    this.record(
      conventions.clientName(call),
      SpanKind.client,
      { ...options, attributes: conventions.client(call) },
      (here) => {
        const started = here.now;
        here.now += 0.4;
        const there = new Here(
          this.program,
          service,
          here.parent,
          here.now,
          options.clockAhead ?? this.ahead,
          this.isRecorded && options.isCut !== true,
        );
        there.serve({ ...call, status }, work, options);
        here.now = options.timeout === undefined ? there.now + 0.4 : started + options.timeout;
      },
    );
  }

  /** Calls a service without spans. */
  external(
    method: string,
    url: string,
    duration: number,
    options: CallOptions & { route?: string } = {},
  ): void {
    const { conventions } = this.program;
    const call: HttpCall = {
      method,
      url,
      route: '',
      status: options.status ?? (options.fails === undefined ? 200 : undefined),
      attributes: options.attributes ?? {},
    };
    this.record(
      conventions.clientName(call),
      SpanKind.client,
      { ...options, attributes: conventions.client(call) },
      (here) => here.wait(duration),
    );
  }

  /** Runs all at once, and waits for all. */
  all(...works: readonly Work[]): void {
    const ends = works.map((work) => {
      const branch = this.at(this.now);
      work(branch);
      return branch.now;
    });
    this.now = Math.max(this.now, ...ends);
  }

  /** Starts work that nothing waits for. */
  later(work: Work, delay = 0): void {
    work(this.at(this.now + delay));
  }

  /** Sends a message that another service consumes after a delay. */
  send(topic: string, service: string, work: Work, delay: number): void {
    const system = { 'messaging.system': 'kafka', 'messaging.destination.name': topic };
    this.record(`send ${topic}`, SpanKind.producer, { attributes: system }, (here) => {
      here.wait(0.5);
      new Here(this.program, service, here.parent, here.now + delay, 0, this.isRecorded).span(
        `process ${topic}`,
        work,
        { kind: SpanKind.consumer, attributes: system },
      );
    });
  }

  /** Records a SERVER span for a call. */
  serve(call: HttpCall, work: Work, options: CallOptions): void {
    const { conventions } = this.program;
    const isServerError = options.fails !== undefined && (call.status ?? 500) >= 500;
    const name = options.serverName ?? conventions.serverName(call);
    const { attributes: _, fails, ...others } = options;
    this.record(
      name,
      SpanKind.server,
      {
        ...others,
        attributes: conventions.server(call),
        ...(isServerError && fails !== undefined && options.timeout === undefined && { fails }),
      },
      work,
      options.isServerLost !== true,
    );
  }

  private at(now: number): Here {
    return new Here(this.program, this.service, this.parent, now, this.ahead, this.isRecorded);
  }

  private record(name: string, kind: SpanKind, options: SpanOptions, work: Work, isExported = true): void {
    const { program } = this;
    const spanId = program.nextSpanId();
    const place =
      this.isRecorded && isExported
        ? program.add(
            this.service,
            span({
              traceId: program.traceId,
              spanId,
              parentSpanId: this.parent,
              name,
              kind,
              startUnixNano: T0 + millis(this.now + this.ahead),
              attributes: attributes(options.attributes ?? {}),
              events: options.events ?? [],
              status: {
                code: options.fails === undefined ? StatusCode.unset : StatusCode.error,
                message: options.fails ?? '',
              },
            }),
          )
        : undefined;
    const inside = new Here(program, this.service, spanId, this.now, this.ahead, this.isRecorded);
    inside.now += 0.05 + 0.1 * program.random();
    work(inside);
    inside.now += 0.05 + 0.1 * program.random();
    if (place !== undefined) program.finish(place, inside.now + this.ahead);
    this.now = inside.now;
  }
}
