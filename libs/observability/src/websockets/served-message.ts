import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  context,
  createContextKey,
  trace,
} from '@opentelemetry/api';
import { ATTR_CODE_FUNCTION_NAME, ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { Observable } from 'rxjs';
import { RequestContext } from '../http/request-context.js';
import { newCorrelationId } from '../propagation/correlation.js';
import { LayeredContext } from '../propagation/layered-context.js';
import { errorType } from '../redaction/errors.js';
import { recordFailure } from '../tracing/failure.js';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '../tracing/messaging-attributes.js';
import { tracer } from '../tracing/run-in-span.js';
import { type Client, connectionOf, systemOf } from './connection.js';

/** The handler of a message, as its gateway declares it. */
export interface MessageDescription {
  /** Namespace of socket.io, or path of the server. */
  place: string;
  event: string;
  /** `ChatGateway.say` */
  handler: string;
}

const messageKey = createContextKey('WebSocket message');

/** A message of a client that a gateway serves: a root, because a connection may live for days. */
export class ServedMessage {
  private error: { thrown: unknown } | undefined;
  private ended = false;

  readonly inside: Context;

  private constructor(
    private readonly span: Span,
    outside: Context,
  ) {
    this.inside = new LayeredContext(trace.setSpan(outside, span), messageKey, this);
  }

  /** The message whose handler runs; undefined outside of any. */
  static current(): ServedMessage | undefined {
    return context.active().getValue(messageKey) as ServedMessage | undefined;
  }

  static begin(client: Client, { place, event, handler }: MessageDescription): ServedMessage {
    const connection = connectionOf(client);
    // The connection may have come by an untraced request: that of a poll.
    const outside = new RequestContext(ROOT_CONTEXT, newCorrelationId());
    const span = tracer.startSpan(
      `${place} ${event}`,
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          [ATTR_MESSAGING_SYSTEM]: systemOf(client),
          [ATTR_MESSAGING_OPERATION_NAME]: 'process',
          [ATTR_MESSAGING_OPERATION_TYPE]: 'process',
          [ATTR_MESSAGING_DESTINATION_NAME]: client.nsp?.name ?? place,
          'messaging.websocket.event': event,
          [ATTR_CODE_FUNCTION_NAME]: handler,
        },
        links: connection ? [{ context: connection }] : [],
      },
      outside,
    );
    return new ServedMessage(span, outside);
  }

  /** Follows answers that come one by one. The span ends with the last. */
  follow(answers: Observable<unknown>): Observable<unknown> {
    return new Observable((subscriber) => {
      const subscription = context.with(this.inside, () =>
        answers.subscribe({
          next: (answer) => subscriber.next(answer),
          error: (error: unknown) => {
            this.fail(error);
            this.end();
            subscriber.error(error);
          },
          complete: () => {
            this.end();
            subscriber.complete();
          },
        }),
      );
      return () => {
        subscription.unsubscribe();
        this.end();
      };
    });
  }

  fail(thrown: unknown): void {
    this.error ??= { thrown };
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.error) {
      this.span.setAttribute(ATTR_ERROR_TYPE, errorType(this.error.thrown));
      recordFailure(this.span, this.error.thrown);
    }
    this.span.end();
  }
}
