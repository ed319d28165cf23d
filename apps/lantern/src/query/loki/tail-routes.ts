import websocket from '@fastify/websocket';
import { parseTailRequest, type TailRequest } from '@lantern/query-api';
import { evaluateLog } from '@lantern/query-api/logql';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WebSocket } from 'ws';
import { nowUnixNano } from '../../clock.js';
import { HttpError } from '../../http/http-error.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { LogStoreSource } from './log-store-source.js';
import { paramsOf, wantsCategories } from './loki-request.js';
import type { LokiParts } from './loki-routes.js';
import { refuseMetadataAsLabel } from './metadata-hint.js';
import { TailSession } from './tail-session.js';

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
export const tailRoutes = async (server: FastifyInstance, { logs, feed }: LokiParts): Promise<void> => {
  await server.register(websocket, { options: { maxPayload: 64 * 1024 } });
  const requests = new WeakMap<FastifyRequest, TailRequest>();
  let open = 0;

  server.get(
    '/loki/api/v1/tail',
    {
      websocket: true,
      // What is wrong with the request is said in HTTP, before the protocol changes.
      preValidation: async (request) => {
        const tail = parseTailRequest(paramsOf(request), nowUnixNano());
        await refuseMetadataAsLabel(logs, tail.expression);
        if (open >= MAX_TAILS) {
          throw new HttpError(
            400,
            `max concurrent tail requests limit exceeded, count > limit (${open + 1} > ${MAX_TAILS})`,
          );
        }
        requests.set(request, tail);
      },
    },
    (socket, request) => {
      const tail = requests.get(request);
      if (!tail) return;
      open++;
      socket.once('close', () => open--);
      void follow(socket, tail, new TailSession(tail, wantsCategories(request)));
    },
  );

  const follow = async (socket: WebSocket, tail: TailRequest, session: TailSession): Promise<void> => {
    const gone = new AbortController();
    const pulse = keepAlive(socket);
    let timer: NodeJS.Timeout | undefined;
    let isPastRead = false;

    const send = (): void => {
      timer = undefined;
      if (socket.readyState !== socket.OPEN) return;
      while (socket.bufferedAmount < MAX_BUFFERED_BYTES) {
        const frame = session.frame(sendableUntil(tail));
        if (!frame) break;
        socket.send(JSON.stringify(frame));
      }
      if (!session.isEmpty) timer = setTimeout(send, RETRY_MILLIS);
    };
    const stop = feed.follow((streams) => {
      session.add(streams);
      // After the push is answered: who follows does not slow down who writes.
      if (isPastRead) timer ??= setTimeout(send, 0);
    });
    socket.once('close', () => {
      stop();
      clearInterval(pulse);
      clearTimeout(timer);
      gone.abort();
    });

    try {
      const past = await evaluateLog(
        tail.expression,
        {
          startUnixNano: tail.startUnixNano,
          endUnixNano: nowUnixNano() + FUTURE,
          direction: 'backward',
          limit: tail.limit,
        },
        new LogStoreSource(logs),
        new LanternQueryControl(gone.signal),
      );
      session.addPast(past);
      isPastRead = true;
      send();
    } catch (error) {
      socket.close(INTERNAL_ERROR, (error instanceof Error ? error.message : String(error)).slice(0, 100));
    }
  };
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
