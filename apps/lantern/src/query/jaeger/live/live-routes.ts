import { parseV3LiveRequest, type V3LiveDropped, type V3LiveSummaries } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import type { Report } from '../../../transport/errors/failure.js';
import { HttpError } from '../../../transport/errors/http-error.js';
import { searchParamsOf } from '../../../transport/answers/text.js';
import type { TraceFeed } from '../../../ingest/feed.js';
import type { TraceQueries } from '../trace-query.js';
import { summarizeTrace } from '../trace-summary.js';
import { EventStream } from './event-stream.js';
import { LiveSession } from './live-session.js';

/** Maximum number of live clients. Each one is matched against every incoming span. */
const MAX_FOLLOWERS = 20;

/** Debounce time: spans of a trace arrive one service at a time, and those within this time make one event. */
const DEBOUNCE_MILLIS = 150;

/** Maximum number of traces that are read for one client at a time. The rest waits for the next time. */
const MAX_TRACES_AT_ONCE = 50;

/** Sends a summary of each trace whose spans were acknowledged, as server-sent events. */
export const liveRoutes =
  (traces: TraceQueries, traceFeed: TraceFeed, report: Report) => (server: FastifyInstance) => {
    const streams = new Set<EventStream>();

    server.get('/api/v3/lantern/live', async (request, reply) => {
      const session = new LiveSession(parseV3LiveRequest(searchParamsOf(request)));
      if (streams.size >= MAX_FOLLOWERS) {
        throw new HttpError(503, `${MAX_FOLLOWERS} clients follow the traces already: close one of them`);
      }
      let timer: NodeJS.Timeout | undefined;
      const fail = (error: unknown): void => {
        report(`A client could not be told of new traces: ${String(error)}`);
        stream.end();
      };
      const schedule = (): void => {
        timer ??= setTimeout(() => void tell().catch(fail), DEBOUNCE_MILLIS);
      };
      const stop = traceFeed.follow((groups) => {
        session.add(groups);
        if (!session.isEmpty) schedule();
      }, fail);
      const stream = new EventStream(reply, () => {
        stop();
        clearTimeout(timer);
        streams.delete(stream);
      });
      streams.add(stream);
      // From here on nothing is missed.
      stream.send('ready', {});

      const tell = async (): Promise<void> => {
        if (stream.keepsUp) {
          const count = session.takeDropped();
          if (count > 0) stream.send('dropped', { count } satisfies V3LiveDropped);
          const summaries = [];
          for (const traceId of session.take(MAX_TRACES_AT_ONCE)) {
            const trace = await traces.byId(traceId, false);
            if (trace && (await session.wants(trace, traces.digests))) summaries.push(summarizeTrace(trace));
          }
          if (summaries.length > 0) stream.send('summaries', { summaries } satisfies V3LiveSummaries);
        }
        timer = undefined;
        if (!session.isEmpty && stream.isOpen) schedule();
      };
    });

    server.addHook('preClose', async () => {
      for (const stream of streams) stream.end();
    });
  };
