import { parseStatsRequest, parseVolumeRequest, type LokiIndexStats } from '@lantern/query-api';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import { sendJson } from '../../http/text.js';
import { formatMatrix, formatVector } from './format-samples.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf, sendData } from './loki-request.js';
import { measureSelection, measureVolumes } from './volume.js';

/** How much there is. */
export const indexRoutes = (server: FastifyInstance, logs: LogStore): void => {
  addQuery(server, '/index/stats', async (request, reply) => {
    const selection = parseStatsRequest(paramsOf(request), nowUnixNano());
    const { streams, bytes, entries } = await measureSelection(
      logs,
      selection,
      new LanternQueryControl(goneSignal(reply)),
    );
    // There are no chunks here; a client that divides the work by them takes streams as well.
    const stats: LokiIndexStats = { streams, chunks: streams, bytes, entries };
    return sendJson(reply, JSON.stringify(stats));
  });

  addQuery(server, '/index/volume', async (request, reply) => {
    const volume = parseVolumeRequest(paramsOf(request), nowUnixNano(), false);
    const series = await measureVolumes(logs, volume, new LanternQueryControl(goneSignal(reply)));
    return sendData(reply, formatVector(series));
  });

  addQuery(server, '/index/volume_range', async (request, reply) => {
    const volume = parseVolumeRequest(paramsOf(request), nowUnixNano(), true);
    const series = await measureVolumes(logs, volume, new LanternQueryControl(goneSignal(reply)));
    // Loki, too, answers a single step with a vector.
    return sendData(reply, volume.steps?.count === 1 ? formatVector(series) : formatMatrix(series));
  });
};
