import websocket from '@fastify/websocket';
import { parseTailRequest, type TailRequest } from '@lantern/query-api';
import { evaluateLog } from '@lantern/logql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { nowUnixNano } from '../../clock.js';
import { failureOf, type Report } from '../../http/failure.js';
import { HttpError } from '../../http/http-error.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { paramsOf, wantsCategories } from './loki-request.js';
import type { LokiParts } from './loki-routes.js';
import { refuseMetadataAsLabel } from './metadata-hint.js';
import { TailSession } from './tail-session.js';
import { WakeUp } from './wake-up.js';

/** Loki's default. */
const MAX_TAILS = 10;

const PING_MILLIS = 1_000;

/** A client that answers no ping for so long is gone. */
const MAX_SILENT_PINGS = 10;

/** While a client has this much unread it gets nothing more: lines wait, and the oldest are dropped. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** How often a client that is slow, or that wants lines later, is looked at. */
const RETRY_MILLIS = 100;

/** The code for a server that cannot go on. */
const INTERNAL_ERROR = 1011;

/** Logs as they come, over a WebSocket. */
export const tailRoutes = async (
  server: FastifyInstance,
  { logs, feed }: LokiParts,
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
      // What is wrong with the request is said in HTTP, before the protocol changes.
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
    const stop = feed.follow((streams) => {
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
  // A character that the cut has divided is left out.
  return new TextDecoder().decode(bytes, { stream: true });
};

/** Clocks of senders may be ahead by as much as ingest allows. */
const FUTURE = 600_000_000_000n;

/** With a delay, lines wait for others that are late; without one, they go at once, whatever their time. */
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
