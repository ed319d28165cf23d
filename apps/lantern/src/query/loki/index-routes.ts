import { parseStatsRequest, parseVolumeRequest, type LokiIndexStats } from '@lantern/query-api';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { sendJson } from '../../transport/answers/text.js';
import type { Report } from '../../transport/errors/failure.js';
import { formatMatrix, formatVector } from './format-samples.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf, sendData } from './loki-request.js';
import { QueryStats } from './query-stats.js';
import { measureSelection, measureVolumes } from './volume.js';

/** Endpoints for the size of a selection. */
export const indexRoutes = (server: FastifyInstance, logs: LogStore, report: Report): void => {
  addQuery(server, '/index/stats', async (request, reply) => {
    const selection = parseStatsRequest(paramsOf(request), nowUnixNano());
    const { streams, bytes, entries } = await measureSelection(
      logs,
      selection,
      new LanternQueryControl(goneSignal(reply)),
    );
    // Lantern has no chunks. A client that divides its work by them can use streams.
    const stats: LokiIndexStats = { streams, chunks: streams, bytes, entries };
    return sendJson(reply, JSON.stringify(stats));
  });

  const measure = async (request: FastifyRequest, reply: FastifyReply, isRange: boolean) => {
    const stats = new QueryStats();
    const volume = parseVolumeRequest(paramsOf(request), nowUnixNano(), isRange);
    const control = new LanternQueryControl(goneSignal(reply));
    const series = await measureVolumes(stats.counting(logs), volume, control);
    const summary = stats.summarize(series.reduce((sum, { points }) => sum + points.length, 0));
    // Loki, too, answers a single step with a vector.
    const isVector = !isRange || volume.steps?.count === 1;
    const data = isVector ? formatVector(series, summary) : formatMatrix(series, summary);
    return sendData(reply, data, report);
  };

  addQuery(server, '/index/volume', (request, reply) => measure(request, reply, false));
  addQuery(server, '/index/volume_range', (request, reply) => measure(request, reply, true));
};
