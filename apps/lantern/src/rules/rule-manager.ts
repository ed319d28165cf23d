import { globSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PrometheusAlert, PrometheusRuleGroup } from '@lantern/query-api';
import type { MetricStore } from '@lantern/telemetry-store';
import type { Report } from '../transport/errors/failure.js';
import { WatchedFile } from '../yaml/watched-file.js';
import { parseYaml } from '../yaml/yaml-document.js';
import type { Notifier } from './notifier.js';
import { RuleGroup } from './rule-group.js';
import { ruleFile, type GroupConfig } from './rule-file.js';

/** Interval at which files are checked for changes. */
const RELOAD_MILLIS = 2_000;
/** Evaluation interval of groups that name none. */
const DEFAULT_INTERVAL_MILLIS = 15_000;

export interface RuleManagerOptions {
  /** Paths of rule files, separated by commas; a path may have wildcards. */
  readonly source: string;
  readonly store: MetricStore;
  readonly notifier: Notifier;
  readonly report: Report;
  readonly reloadMillis?: number;
}

interface RunningGroup {
  readonly group: RuleGroup;
  readonly controller: AbortController;
}

/** Evaluates the groups of rule files at their intervals, and reads the files again when they change. */
export class RuleManager {
  private readonly files = new Map<string, WatchedFile>();
  /** Groups by their file, name and content: a changed group is another group. */
  private readonly running = new Map<string, RunningGroup>();
  private readonly configs = new Map<string, readonly GroupConfig[]>();
  private readonly controller = new AbortController();
  private readonly tasks = new Set<Promise<void>>();

  /** @throws {YamlFileError} when a file cannot be used */
  constructor(private readonly options: RuleManagerOptions) {
    const paths = this.paths();
    if (paths.length === 0) options.report(`No rule file matches ${options.source}.`);
    for (const path of paths) this.load(path);
  }

  start(): void {
    this.update();
    this.follow(this.watch());
  }

  async stop(): Promise<void> {
    this.controller.abort();
    for (const { controller } of this.running.values()) controller.abort();
    await Promise.all(this.tasks);
  }

  groups(): readonly PrometheusRuleGroup[] {
    return Array.from(this.running.values(), ({ group }) => group.describe());
  }

  alerts(): readonly PrometheusAlert[] {
    return Array.from(this.running.values()).flatMap(({ group }) =>
      group.alertingRules.flatMap((rule) => rule.activeAlerts()),
    );
  }

  private paths(): string[] {
    return this.options.source.split(',').flatMap((pattern) => globSync(pattern.trim()).sort());
  }

  private follow(task: Promise<void>): void {
    this.tasks.add(task);
    void task.finally(() => this.tasks.delete(task));
  }

  /** @returns whether the file has changed @throws {YamlFileError} */
  private load(path: string): boolean {
    let file = this.files.get(path);
    if (!file) this.files.set(path, (file = new WatchedFile(path)));
    const text = file.readIfChanged();
    if (text === undefined) return false;
    this.configs.set(path, parseYaml(text, ruleFile, path).groups);
    return true;
  }

  private async watch(): Promise<void> {
    const { signal } = this.controller;
    for (;;) {
      try {
        await sleep(this.options.reloadMillis ?? RELOAD_MILLIS, undefined, { signal, ref: false });
      } catch {
        return;
      }
      if (this.reload()) this.update();
    }
  }

  /** A broken file is reported, and its earlier rules stay. */
  private reload(): boolean {
    const { report } = this.options;
    let hasChanged = false;
    const paths = new Set(this.paths());
    for (const path of this.configs.keys()) {
      if (paths.has(path)) continue;
      this.configs.delete(path);
      this.files.delete(path);
      hasChanged = true;
    }
    for (const path of paths) {
      try {
        if (!this.load(path)) continue;
        hasChanged = true;
        report(`The rules were read again from ${path}.`);
      } catch (error) {
        report(`The rules cannot be read again, the earlier ones stay: ${(error as Error).message}`);
      }
    }
    return hasChanged;
  }

  private update(): void {
    const { store, notifier, report } = this.options;
    const wanted = new Map<string, { file: string; config: GroupConfig }>();
    for (const [file, groups] of this.configs)
      for (const config of groups)
        if (config.rules.length > 0) wanted.set(JSON.stringify([file, config]), { file, config });
    for (const [key, { group, controller }] of this.running) {
      if (wanted.has(key)) continue;
      this.running.delete(key);
      controller.abort();
      this.follow(this.guarded(() => group.end(Date.now())));
    }
    for (const [key, { file, config }] of wanted) {
      if (this.running.has(key)) continue;
      const controller = new AbortController();
      const signal = AbortSignal.any([controller.signal, this.controller.signal]);
      const group = new RuleGroup({
        file,
        config,
        store,
        report,
        signal,
        intervalMillis: DEFAULT_INTERVAL_MILLIS,
        defaultStepMillis: DEFAULT_INTERVAL_MILLIS,
        externalUrl: () => notifier.externalUrl,
        onEvaluated: (rules, now, intervalMillis) => notifier.notify(rules, now, intervalMillis),
      });
      this.running.set(key, { group, controller });
      this.follow(this.run(group, signal));
    }
  }

  private async run(group: RuleGroup, signal: AbortSignal): Promise<void> {
    let next = Date.now();
    while (!signal.aborted) {
      await this.guarded(() => group.evaluate(Date.now()));
      next = Math.max(Date.now(), next + group.intervalMillis);
      try {
        await sleep(next - Date.now(), undefined, { signal, ref: false });
      } catch {
        return;
      }
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.options.report(`Results of rules cannot be stored: ${(error as Error).message}`);
    }
  }
}
