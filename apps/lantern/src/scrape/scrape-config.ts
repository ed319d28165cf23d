import { z } from 'zod';
import { yamlDuration, yamlLabels } from '../yaml/yaml-document.js';
import { relabelRule } from './relabel.js';

const targetGroup = z.strictObject({
  targets: z.array(z.string()).default([]),
  labels: yamlLabels.default({}),
});

/** Content of a file of `file_sd_configs`. */
export const targetGroups = z.array(targetGroup);

const scrapeConfig = z.strictObject({
  job_name: z.string().min(1),
  scrape_interval: yamlDuration.optional(),
  scrape_timeout: yamlDuration.optional(),
  metrics_path: z.string().default('/metrics'),
  scheme: z.enum(['http', 'https']).default('http'),
  params: z.record(z.string(), z.array(z.string())).default({}),
  honor_labels: z.boolean().default(false),
  honor_timestamps: z.boolean().default(true),
  sample_limit: z.number().int().nonnegative().default(0),
  basic_auth: z.strictObject({ username: z.string(), password: z.string() }).optional(),
  authorization: z.strictObject({ type: z.string().default('Bearer'), credentials: z.string() }).optional(),
  static_configs: z.array(targetGroup).default([]),
  file_sd_configs: z
    .array(z.strictObject({ files: z.array(z.string()), refresh_interval: yamlDuration.optional() }))
    .default([]),
  relabel_configs: z.array(relabelRule).default([]),
  metric_relabel_configs: z.array(relabelRule).default([]),
});

/**
 * Part of Prometheus' configuration that Lantern reads. Sections of other parts of Prometheus are accepted and not read.
 *
 * @see https://prometheus.io/docs/prometheus/latest/configuration/configuration/
 */
export const scrapeFile = z.strictObject({
  global: z
    .looseObject({
      scrape_interval: yamlDuration.default(60_000),
      scrape_timeout: yamlDuration.default(10_000),
    })
    .default({ scrape_interval: 60_000, scrape_timeout: 10_000 }),
  scrape_configs: z.array(scrapeConfig).default([]),
  rule_files: z.unknown().optional(),
  alerting: z.unknown().optional(),
  remote_write: z.unknown().optional(),
  remote_read: z.unknown().optional(),
  storage: z.unknown().optional(),
  otlp: z.unknown().optional(),
  tracing: z.unknown().optional(),
});

export type ScrapeFile = z.output<typeof scrapeFile>;
export type ScrapeConfig = ScrapeFile['scrape_configs'][number];
export type TargetGroup = z.output<typeof targetGroup>;

/** Interval of targets that are given as addresses. */
const DIRECT_INTERVAL_MILLIS = 15_000;

/** Returns the configuration of targets that are given as URLs or as host and port. */
export const configOfAddresses = (addresses: readonly string[]): ScrapeFile => {
  const file = scrapeFile.parse({
    scrape_configs: addresses.map((address) => {
      const url = new URL(address.includes('://') ? address : `http://${address}`);
      return {
        job_name: 'lantern',
        scheme: url.protocol.slice(0, -1),
        metrics_path: url.pathname === '/' ? '/metrics' : url.pathname,
        static_configs: [{ targets: [url.host] }],
      };
    }),
  });
  return { ...file, global: { ...file.global, scrape_interval: DIRECT_INTERVAL_MILLIS } };
};
