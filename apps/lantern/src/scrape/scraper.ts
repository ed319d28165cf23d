import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrometheusTarget } from '@lantern/query-api';
import type { MetricStore } from '@lantern/telemetry-store';
import type { Report } from '../transport/errors/failure.js';
import { WatchedFile } from '../yaml/watched-file.js';
import { parseYaml } from '../yaml/yaml-document.js';
import { relabel } from './relabel.js';
import {
  configOfAddresses,
  scrapeFile,
  targetGroups,
  type ScrapeConfig,
  type ScrapeFile,
  type TargetGroup,
} from './scrape-config.js';
import { Target } from './target.js';

/** Interval at which files are checked for changes. */
const RELOAD_MILLIS = 2_000;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

export interface ScraperOptions {
  /** Path of a file with `scrape_configs`, or addresses of targets separated by commas. */
  readonly source: string;
  readonly store: MetricStore;
  readonly report: Report;
  readonly reloadMillis?: number;
}

interface RunningTarget {
  readonly target: Target;
  readonly controller: AbortController;
}

/** Returns whether the setting names a file. */
const isFile = (source: string): boolean => /\.ya?ml$/i.test(source);

/** Scrapes targets at their intervals, and reads their configuration again when it changes. */
export class Scraper {
  private readonly running = new Map<string, RunningTarget>();
  private dropped: ReadonlyMap<string, string>[] = [];
  private readonly file: WatchedFile | undefined;
  private config: ScrapeFile;
  private readonly controller = new AbortController();
  private readonly tasks = new Set<Promise<void>>();

  /** @throws {YamlFileError} */
  constructor(private readonly options: ScraperOptions) {
    const { source } = options;
    if (isFile(source)) {
      this.file = new WatchedFile(source);
      this.config = parseYaml(this.file.readIfChanged() ?? '', scrapeFile, source);
    } else this.config = configOfAddresses(source.split(',').map((address) => address.trim()));
  }

  /** Begins to scrape. */
  start(): void {
    this.update();
    this.follow(this.watch());
  }

  async stop(): Promise<void> {
    this.controller.abort();
    for (const { controller } of this.running.values()) controller.abort();
    await Promise.all(this.tasks);
  }

  targets(): readonly PrometheusTarget[] {
    return Array.from(this.running.values(), ({ target }) => target.describe());
  }

  /** Labels of the discovered targets that relabeling dropped. */
  droppedTargets(): readonly Readonly<Record<string, string>>[] {
    return this.dropped.map((labels) => Object.fromEntries(labels));
  }

  private follow(task: Promise<void>): void {
    this.tasks.add(task);
    void task.finally(() => this.tasks.delete(task));
  }

  private async watch(): Promise<void> {
    const { signal } = this.controller;
    for (;;) {
      try {
        await sleep(this.options.reloadMillis ?? RELOAD_MILLIS, undefined, { signal, ref: false });
      } catch {
        return;
      }
      this.reload();
      this.update();
    }
  }

  private reload(): void {
    const { source, report } = this.options;
    try {
      const text = this.file?.readIfChanged();
      if (text === undefined) return;
      this.config = parseYaml(text, scrapeFile, source);
      report(`The scrape configuration was read again from ${source}.`);
    } catch (error) {
      report(
        `The scrape configuration cannot be read again, the earlier one stays: ${(error as Error).message}`,
      );
    }
  }

  /** Starts new targets and stops removed ones. */
  private update(): void {
    const wanted = new Map<string, Target>();
    this.dropped = [];
    for (const config of this.config.scrape_configs) {
      for (const group of this.groupsOf(config)) {
        for (const address of group.targets) {
          const target = this.targetOf(config, group, address);
          if (target) wanted.set(target.key, target);
        }
      }
    }
    for (const [key, { target, controller }] of this.running) {
      if (wanted.has(key)) continue;
      this.running.delete(key);
      controller.abort();
      this.follow(this.guarded(() => target.end()));
    }
    for (const [key, target] of wanted) {
      if (this.running.has(key)) continue;
      const controller = new AbortController();
      this.running.set(key, { target, controller });
      this.follow(this.run(target, controller.signal));
    }
  }

  private groupsOf(config: ScrapeConfig): TargetGroup[] {
    const groups = [...config.static_configs];
    for (const { files } of config.file_sd_configs) {
      for (const file of files) {
        // Paths are relative to the configuration.
        const path = resolve(dirname(this.options.source), file);
        try {
          groups.push(...parseYaml(readFileSync(path, 'utf8'), targetGroups, path));
        } catch (error) {
          this.options.report(`Targets cannot be read: ${(error as Error).message}`);
        }
      }
    }
    return groups;
  }

  private targetOf(config: ScrapeConfig, group: TargetGroup, address: string): Target | undefined {
    const { global } = this.config;
    const intervalMillis = config.scrape_interval ?? global.scrape_interval;
    const timeoutMillis = Math.min(intervalMillis, config.scrape_timeout ?? global.scrape_timeout);
    const discovered = new Map([
      ['__address__', address],
      ['__scheme__', config.scheme],
      ['__metrics_path__', config.metrics_path],
      ['job', config.job_name],
      ...Object.entries(group.labels),
    ]);
    const labels = new Map(discovered);
    if (!relabel(labels, config.relabel_configs)) {
      this.dropped.push(discovered);
      return undefined;
    }
    const scheme = labels.get('__scheme__') ?? config.scheme;
    const host = labels.get('__address__') ?? '';
    const withPort = /:\d+$/.test(host) ? host : `${host}:${DEFAULT_PORTS[scheme] ?? '80'}`;
    if (!labels.has('instance')) labels.set('instance', withPort);
    const { store } = this.options;
    try {
      return new Target({ config, intervalMillis, timeoutMillis, discovered, labels, store });
    } catch (error) {
      this.options.report(`The target ${address} cannot be scraped: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Scrapes a target until it is removed. Targets start at different times, to spread the load. */
  private async run(target: Target, signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, this.controller.signal]);
    let next = Date.now();
    while (!both.aborted) {
      await this.guarded(() => target.scrape(both));
      next = Math.max(Date.now(), next + target.intervalMillis);
      try {
        await sleep(next - Date.now(), undefined, { signal: both, ref: false });
      } catch {
        return;
      }
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A full disk, for example. The next scrape tries again.
      this.options.report(`Scraped samples cannot be stored: ${(error as Error).message}`);
    }
  }
}
