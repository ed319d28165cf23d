import type { LokiBuildInfo } from '@lantern/query-api';
import type { FastifyInstance } from 'fastify';
import { sendJson } from '../../transport/answers/text.js';
import { LANTERN_VERSION } from '../../version.js';

const BUILD_INFO: LokiBuildInfo = {
  version: LANTERN_VERSION,
  revision: '',
  branch: 'lantern',
  buildUser: '',
  buildDate: '',
  goVersion: '',
};

/** Answer for Grafana's Logs Drilldown, which asks for the limits first. */
const DRILLDOWN_LIMITS = {
  limits: {
    discover_log_levels: true,
    discover_service_name: [],
    log_level_fields: ['level', 'severity', 'lvl'],
    max_entries_limit_per_query: 5_000,
    max_line_size_truncate: false,
    max_query_bytes_read: '0B',
    max_query_length: '30d1h',
    max_query_lookback: '0s',
    max_query_range: '0s',
    max_query_series: 500,
    metric_aggregation_enabled: false,
    otlp_config: {},
    pattern_persistence_enabled: false,
    query_timeout: '1m',
    retention_period: '0s',
    retention_stream: [],
    volume_enabled: true,
    volume_max_series: 1_000,
  },
  pattern_ingester_enabled: true,
  version: LANTERN_VERSION,
};

/** Endpoints for the version and the limits. */
export const statusRoutes = (server: FastifyInstance): void => {
  server.get('/loki/api/v1/status/buildinfo', async (_request, reply) =>
    sendJson(reply, JSON.stringify(BUILD_INFO)),
  );
  server.get('/loki/api/v1/drilldown-limits', async (_request, reply) =>
    sendJson(reply, JSON.stringify(DRILLDOWN_LIMITS)),
  );
};
