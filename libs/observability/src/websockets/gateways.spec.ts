import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ForbiddenException, Module, type Type } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { SpanKind, context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Observable, from, throwError } from 'rxjs';
import { type Socket, io } from 'socket.io-client';
import { startApp } from '../../test/nest-app.js';
import { ObservabilityModule, Span, currentCorrelationId, currentTraceId } from '../index.js';
import { startTestTelemetry } from '../testing/index.js';

class Messages {
  @Span('keep')
  keep(): string {
    return currentCorrelationId() ?? 'none';
  }
}

const messages = new Messages();

class Handlers {
  handleConnection(): void {
    messages.keep();
  }

  @SubscribeMessage('say')
  async say(_client: unknown, text: string): Promise<{ event: string; data: unknown }> {
    await delay(1);
    return { event: 'said', data: { text, correlation: messages.keep(), trace: currentTraceId() } };
  }

  @SubscribeMessage('count')
  count(): Observable<{ event: string; data: number }> {
    return from([1, 2].map((data) => ({ event: 'said', data })));
  }

  @SubscribeMessage('refused')
  refused(): void {
    throw new WsException('not in this room');
  }

  @SubscribeMessage('forbidden')
  forbidden(): void {
    throw new ForbiddenException();
  }

  @SubscribeMessage('late failure')
  lateFailure(): Observable<never> {
    return throwError(() => new Error('the room is gone'));
  }
}

@WebSocketGateway({ namespace: 'chat' })
class ChatGateway extends Handlers {}

@WebSocketGateway({ path: '/feed' })
class FeedGateway extends Handlers {}

const moduleWith = (gateway: Type): Type => {
  @Module({ imports: [ObservabilityModule.forRoot({ logLevel: 'fatal' })], providers: [gateway] })
  class App {}
  return App;
};

const telemetry = startTestTelemetry();

interface Connection {
  /** Sends a message and returns the first answer. */
  ask(event: string, data?: unknown): Promise<unknown>;
  send(event: string, data?: unknown): void;
  close(): Promise<void>;
}

/** The client's own requests are not the subject. */
const untraced = <T>(fn: () => T): T => context.with(suppressTracing(context.active()), fn);

const connectSocketIo = async (url: string, transports: string[]): Promise<Connection> => {
  const socket: Socket = untraced(() =>
    io(`${url}/chat`, { transports, forceNew: true, extraHeaders: { 'user-agent': 'chat client' } }),
  );
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    ask: async (event, data) => {
      const answer = new Promise((resolve) => socket.once('said', resolve));
      untraced(() => socket.emit(event, data));
      return answer;
    },
    send: (event, data) => void untraced(() => socket.emit(event, data)),
    close: () => {
      untraced(() => socket.close());
      return Promise.resolve();
    },
  };
};

const connectWs = async (url: string): Promise<Connection> => {
  const socket = untraced(() => new WebSocket(`${url.replace('http', 'ws')}/feed`));
  await once(socket, 'open');
  const send = (event: string, data?: unknown): void => socket.send(JSON.stringify({ event, data }));
  return {
    ask: async (event, data) => {
      send(event, data);
      const [message] = (await once(socket, 'message')) as [{ data: string }];
      return (JSON.parse(message.data) as { data: unknown }).data;
    },
    send,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
};

describe.each([
  ['socket.io', ChatGateway, IoAdapter, '/chat', (url: string) => connectSocketIo(url, ['websocket'])],
  [
    'socket.io that polls',
    ChatGateway,
    IoAdapter,
    '/chat',
    (url: string) => connectSocketIo(url, ['polling']),
  ],
  ['ws', FeedGateway, WsAdapter, '/feed', connectWs],
] as const)('A gateway with %s', (kind, gateway, Adapter, place, connect) => {
  const system = kind === 'ws' ? 'websocket' : 'socket.io';
  let url: string;
  let closeApp: () => Promise<void>;
  let client: Connection;

  beforeAll(async () => {
    const started = await startApp(moduleWith(gateway), undefined, {
      configure: (app) => app.useWebSocketAdapter(new Adapter(app)),
    });
    url = started.url;
    closeApp = () => started.app.close();
    telemetry.reset();
    client = await connect(url);
    await telemetry.waitForSpans(2);
  });
  afterAll(async () => {
    await client.close();
    await closeApp();
  });

  let connection: string | undefined;

  it('gives a connection one span, which its messages link to', () => {
    expect(telemetry.tree({ attributes: ['messaging.system'] })).toBe(
      `connect ${place} [server] messaging.system="${system}"\n  keep [internal]`,
    );
    const span = telemetry.span(`connect ${place}`);
    expect(span.attributes['client.address']).toContain('127.0.0.1');
    connection = span.spanContext().spanId;
  });

  describe('after the connection', () => {
    beforeEach(() => telemetry.reset());

    it('gives a message a trace of its own, with namespace, event and handler', async () => {
      const answer = await client.ask('say', 'hello');
      await telemetry.waitForSpans(2);
      const span = telemetry.span(`${place} say`);
      expect(answer).toEqual({
        text: 'hello',
        correlation: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
        trace: span.spanContext().traceId,
      });
      expect(telemetry.tree({ attributes: ['code.function.name'] })).toBe(
        `${place} say [consumer] code.function.name="${gateway.name}.say"\n  keep [internal]`,
      );
      expect(span.parentSpanContext).toBeUndefined();
      expect(span.links.map((link) => link.context.spanId)).toEqual([connection]);
      expect(span.attributes).toMatchObject({
        'messaging.system': system,
        'messaging.destination.name': place,
        'messaging.websocket.event': 'say',
      });
    });

    it('ends the span of a message after the last of its answers', async () => {
      await client.ask('count');
      await telemetry.waitForSpans(1);
      expect(telemetry.tree()).toBe(`${place} count [consumer]`);
    });

    it.each([
      ['refused', 'not in this room'],
      ['late failure', 'the room is gone'],
    ])('marks the span of a message that failed: %s', async (event, message) => {
      client.send(event);
      await telemetry.waitForSpans(1);
      expect(telemetry.tree()).toBe(`${place} ${event} [consumer] ERROR`);
      expect(telemetry.span(`${place} ${event}`).status.message).toBe(message);
    });

    it('leaves the span of a 4xx HttpException unmarked', async () => {
      client.send('forbidden');
      await telemetry.waitForSpans(1);
      expect(telemetry.tree()).toBe(`${place} forbidden [consumer]`);
    });

    it('makes no spans of requests that only carry messages', async () => {
      await client.ask('say', 'hello');
      await telemetry.waitForSpans(2);
      expect(telemetry.spans().filter((span) => span.kind === SpanKind.SERVER)).toEqual([]);
    });
  });
});
