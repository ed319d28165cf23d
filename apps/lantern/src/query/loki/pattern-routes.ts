import { parsePatternsRequest, type LokiPattern } from '@lantern/query-api';
import { CheckPace, LineLabels, compilePipeline, divideQuery } from '@lantern/logql';
import type { LogStore } from '@lantern/telemetry-store';
import type { FastifyInstance } from 'fastify';
import { nowUnixNano } from '../../clock.js';
import type { Report } from '../../transport/errors/failure.js';
import { LanternQueryControl } from './lantern-query-control.js';
import { addQuery, goneSignal, paramsOf, sendData } from './loki-request.js';
import { PatternMiner } from './pattern-miner.js';

const MAX_PATTERNS = 300;

/** Endpoint for the patterns of lines. */
export const patternRoutes = (server: FastifyInstance, logs: LogStore, report: Report): void => {
  addQuery(server, '/patterns', async (request, reply) => {
    const { expression, startUnixNano, endUnixNano, stepNanos } = parsePatternsRequest(
      paramsOf(request),
      nowUnixNano(),
    );
    const control = new LanternQueryControl(goneSignal(reply));
    const { query, stages } = divideQuery(expression);
    const pipeline = compilePipeline(stages);
    const labels = new LineLabels();
    const miner = new PatternMiner();
    const pace = new CheckPace();
    const range = { startUnixNano, endUnixNano };
    for await (const rows of logs.read({ ...query, range, direction: 'forward' })) {
      for (const { labels: stream, entry } of rows) {
        const { timeUnixNano, structuredMetadata } = entry;
        const pause = pace.isDueAfter(entry.line) ? control.checkpoint() : undefined;
        if (pause) await pause;
        labels.reset(stream, structuredMetadata);
        const line = pipeline(entry.line, labels, timeUnixNano);
        if (line === undefined) continue;
        const step = Number((timeUnixNano - (timeUnixNano % stepNanos)) / 1_000_000_000n);
        miner.add(line, structuredMetadata.detected_level ?? 'unknown', step);
      }
      await control.checkpoint();
    }
    const patterns = miner
      .patterns(MAX_PATTERNS)
      .map(({ pattern, level, counts }): LokiPattern => ({ pattern, level, samples: Array.from(counts) }));
    return sendData(reply, patterns, report);
  });
};
