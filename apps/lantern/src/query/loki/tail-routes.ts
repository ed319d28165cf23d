import websocket from '@fastify/websocket';
import { parseTailRequest, type TailRequest } from '@lantern/query-api';
import { evaluateLog } from '@lantern/logql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { nowUnixNano } from '../../clock.js';
import { failureOf, type Report } from '../../transport/errors/failure.js';
import { HttpError } from '../../transport/errors/http-error.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { paramsOf, wantsCategories } from './loki-request.js';
import type { LokiParts } from './loki-routes.js';
import { refuseMetadataAsLabel } from './metadata-hint.js';
import { TailSession } from './tail-session.js';
import { WakeUp } from './wake-up.js';

/** Loki's default. */
const MAX_TAILS = 10;

const PING_MILLIS = 1_000;

/** Number of unanswered pings after which the server closes the connection. */
const MAX_SILENT_PINGS = 10;

/** Limit on the unsent bytes of a connection (backpressure). Beyond it lines wait, and the oldest are dropped. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** Interval at which the server retries a slow client or one with a delay. */
const RETRY_MILLIS = 100;

/** Close code of RFC 6455 for an error of the server. */
const INTERNAL_ERROR = 1011;

/** Endpoint that sends lines over a WebSocket as they arrive. */
export const tailRoutes = async (
  server: FastifyInstance,
  { logs, logFeed }: LokiParts,
  report: Report,
): Promise<void> => {
  await server.register(websocket, { options: { maxPayload: 64 * 1024 } });
  const requests = new WeakMap<FastifyRequest, TailRequest>();
  let open = 0;

  /** Counts the tail before its handshake, so that concurrent handshakes cannot pass the limit together. */
  const countTail = ({ ws: isHandshake, raw: { socket } }: FastifyRequest): void => {
    if (!isHandshake || socket.destroyed) return;
    if (open >= MAX_TAILS) {
      throw new HttpError(
        400,
        `max concurrent tail requests limit exceeded, count > limit (${open + 1} > ${MAX_TAILS})`,
      );
    }
    open++;
    socket.once('close', () => open--);
  };

  server.get(
    '/loki/api/v1/tail',
    {
      websocket: true,
      // Invalid requests are rejected over HTTP, before the upgrade to WebSocket.
      preValidation: async (request) => {
        const tail = parseTailRequest(paramsOf(request), nowUnixNano());
        await refuseMetadataAsLabel(logs, tail.expression);
        countTail(request);
        requests.set(request, tail);
      },
    },
    (socket, request) => {
      const tail = requests.get(request);
      if (!tail) return;
      void follow(socket, tail, new TailSession(tail, wantsCategories(request)));
    },
  );

  const follow = async (socket: WebSocket, tail: TailRequest, session: TailSession): Promise<void> => {
    const gone = new AbortController();
    const wakeUp = new WakeUp();
    const fail = (error: unknown): void => {
      const { status, message } = failureOf(error, report);
      socket.close(INTERNAL_ERROR, closeReason(status === 500 ? 'internal error' : message));
    };
    const pulse = keepAlive(socket);
    const stop = logFeed.follow((streams) => {
      session.offer(streams);
      wakeUp.now();
    }, fail);
    socket.once('close', () => {
      stop();
      clearInterval(pulse);
      gone.abort();
      wakeUp.now();
    });

    // One loop does all the work, so that every error of it ends this connection and nothing else.
    try {
      const past = await evaluateLog(
        tail.expression,
        {
          startUnixNano: tail.startUnixNano,
          endUnixNano: nowUnixNano() + FUTURE,
          direction: 'backward',
          limit: tail.limit,
        },
        logs,
        new LanternQueryControl(gone.signal),
      );
      const control = new LanternQueryControl(gone.signal, { timeoutMillis: Infinity });
      await session.filter(control);
      session.addPast(past);
      while (socket.readyState === socket.OPEN) {
        await session.filter(control);
        while (socket.bufferedAmount < MAX_BUFFERED_BYTES) {
          const frame = session.frame(sendableUntil(tail));
          if (!frame) break;
          socket.send(JSON.stringify(frame));
          await control.checkpoint();
        }
        await wakeUp.wait(session.isEmpty ? undefined : RETRY_MILLIS);
      }
    } catch (error) {
      if (!gone.signal.aborted) fail(error);
    }
  };
};

/** Maximum of RFC 6455 for the reason of a close frame, in bytes of UTF-8. `ws` throws for a longer one. */
const MAX_REASON_BYTES = 123;

const closeReason = (message: string): string => {
  const bytes = Buffer.from(message).subarray(0, MAX_REASON_BYTES);
  // Drops a character that the limit divides.
  return new TextDecoder().decode(bytes, { stream: true });
};

/** Maximum time by which a sender's clock may be ahead, as in ingest. */
const FUTURE = 600_000_000_000n;

/** Returns the time up to which lines are sent. With a delay, lines wait for late ones; without, all are sent at once. */
const sendableUntil = ({ delaySeconds }: TailRequest): bigint =>
  nowUnixNano() + (delaySeconds === 0 ? FUTURE : -BigInt(delaySeconds) * 1_000_000_000n);

const keepAlive = (socket: WebSocket): NodeJS.Timeout => {
  let silentPings = 0;
  socket.on('pong', () => (silentPings = 0));
  // Without a listener an error of the connection would end the process; `close` follows it.
  socket.on('error', () => undefined);
  return setInterval(() => {
    if (++silentPings > MAX_SILENT_PINGS) socket.terminate();
    else socket.ping();
  }, PING_MILLIS);
};
