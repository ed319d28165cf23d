import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ManagedProcess } from './managed-process.js';
import type { Ports } from './ports.js';

export interface SystemOptions {
  readonly ports: Ports;
  /** Folder of the services' databases and of Lantern's data. */
  readonly dataDir: string;
  /** Folder with one log file for each process. */
  readonly logDir: string;
  /** Interval at which Lantern scrapes the services. Default: {@link DEFAULT_SCRAPE_INTERVAL}. */
  readonly scrapeInterval?: string;
  /** Prometheus rule files that Lantern evaluates. Default: those of `docker/prometheus`. */
  readonly rules?: string;
  /** Additional environment variables of every process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborts the start: all started processes are stopped, and the start rejects. */
  readonly signal?: AbortSignal;
  /** Called when a process becomes ready, in any order. */
  readonly onReady?: (name: string, url: string) => void;
}

export interface SystemUrls {
  readonly gateway: string;
  readonly userService: string;
  readonly orderService: string;
  /** URL of Jaeger's query API and of the web UI. */
  readonly jaeger: string;
  readonly otlp: string;
  readonly loki: string;
  readonly prometheus: string;
}

const WORKSPACE = fileURLToPath(new URL('../../../', import.meta.url));

/** Shorter than Prometheus' interval in `docker/`, so that an alarm follows its cause sooner. */
const DEFAULT_SCRAPE_INTERVAL = '5s';
const DEFAULT_RULES = join(WORKSPACE, 'docker', 'prometheus', 'rules', '*.yml');

/** Files that tell Lantern which services to scrape, as Prometheus' configuration in `docker/` does. */
class ScrapeFiles {
  readonly path: string;

  constructor(
    private readonly folder: string,
    private readonly interval: string,
  ) {
    this.path = join(folder, 'prometheus.yml');
  }

  async write(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.writeTargets({});
    const lines = [
      `global: { scrape_interval: ${this.interval} }`,
      'scrape_configs:',
      '  - job_name: shop',
      '    honor_labels: true',
      '    file_sd_configs: [{ files: [targets.json] }]',
    ];
    await writeFile(this.path, `${lines.join('\n')}\n`);
  }

  /** @param urls addresses by the name of the service */
  async writeTargets(urls: Readonly<Record<string, string>>): Promise<void> {
    const groups = Object.entries(urls).map(([service, url]) => ({
      targets: [new URL(url).host],
      labels: { service },
    }));
    await writeFile(join(this.folder, 'targets.json'), JSON.stringify(groups));
  }
}

const loopback = (port: number): string => `http://127.0.0.1:${port}`;

/** Lantern and the three services of the shop, each in its own process. */
export class System {
  private constructor(
    readonly urls: SystemUrls,
    readonly lantern: ManagedProcess,
    readonly services: readonly ManagedProcess[],
  ) {}

  /**
   * Starts all four and waits until each one is ready. If one fails, the others are stopped.
   *
   * @throws ProcessFailedError with the last output of the failed process.
   * @throws AbortError if the start is aborted before all processes were started.
   */
  static async start(options: SystemOptions): Promise<System> {
    const started: ManagedProcess[] = [];
    const stopAll = () => Promise.all(started.map((process) => process.stop()));
    const abandon = () => void stopAll();
    options.signal?.addEventListener('abort', abandon);
    try {
      return await System.startProcesses(options, started);
    } catch (error) {
      await stopAll();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', abandon);
    }
  }

  private static async startProcesses(options: SystemOptions, started: ManagedProcess[]): Promise<System> {
    const { ports, dataDir, logDir, onReady } = options;
    const run = (name: string, args: string[], env: Record<string, string>): ManagedProcess => {
      options.signal?.throwIfAborted();
      const process = new ManagedProcess({
        name,
        // docs/decisions/036-a-small-young-generation.md
        args: ['--max-semi-space-size=8', ...args, join('dist', 'main.js')],
        cwd: join(WORKSPACE, 'apps', name),
        env: { ...options.env, ...env },
        logFile: join(logDir, `${name}.log`),
      });
      started.push(process);
      return process;
    };
    const urlsOf = async (process: ManagedProcess): Promise<Readonly<Record<string, string>>> => {
      const urls = await process.ready;
      onReady?.(process.name, urls.http ?? urls.jaeger ?? '');
      return urls;
    };
    /** Returns the URL without waiting for the process, unless its port is 0. */
    const urlOf = async (port: number, urls: Promise<Readonly<Record<string, string>>>, key: string) =>
      port === 0 ? ((await urls)[key] ?? '') : loopback(port);

    const { scrapeInterval = DEFAULT_SCRAPE_INTERVAL, rules = DEFAULT_RULES } = options;
    const scrapeFiles = new ScrapeFiles(join(dataDir, 'scrape'), scrapeInterval);
    await scrapeFiles.write();
    const lantern = run('lantern', [], {
      // docs/decisions/036-a-small-young-generation.md
      MALLOC_ARENA_MAX: '2',
      MALLOC_MMAP_THRESHOLD_: '131072',
      LANTERN_DATA_DIR: join(dataDir, 'lantern'),
      LANTERN_JAEGER_PORT: String(ports.ui),
      LANTERN_OTLP_PORT: String(ports.otlp),
      LANTERN_OTLP_GRPC_PORT: String(ports.otlpGrpc),
      LANTERN_LOKI_PORT: String(ports.loki),
      LANTERN_PROMETHEUS_PORT: String(ports.prometheus),
      LANTERN_SCRAPE: scrapeFiles.path,
      LANTERN_RULES: rules,
      LANTERN_SAMPLING_PORT: String(ports.sampling),
    });
    const lanternUrls = urlsOf(lantern);
    // Failures are handled below, where each process is awaited. Until then a rejection must not go unhandled.
    lanternUrls.catch(() => undefined);
    const telemetry = {
      OTEL_EXPORTER_OTLP_ENDPOINT: await urlOf(ports.otlp, lanternUrls, 'otlp'),
      LOKI_URL: await urlOf(ports.loki, lanternUrls, 'loki'),
    };
    const service = (name: string, port: number, env: Record<string, string>) => {
      const process = run(name, ['--import', '@lantern/observability/register'], {
        OTEL_SERVICE_NAME: name,
        PORT: String(port),
        DATA_DIR: join(dataDir, name),
        ...telemetry,
        ...env,
      });
      const urls = urlsOf(process);
      urls.catch(() => undefined);
      return { process, urls, url: () => urlOf(port, urls, 'http') };
    };
    const users = service('user-service', ports.userService, {});
    const orders = service('order-service', ports.orderService, { USER_SERVICE_URL: await users.url() });
    const gateway = service('api-gateway', ports.gateway, {
      USER_SERVICE_URL: await users.url(),
      ORDER_SERVICE_URL: await orders.url(),
    });

    const [backend, { http: userService = '' }, { http: orderService = '' }, { http: gatewayUrl = '' }] =
      await Promise.all([lanternUrls, users.urls, orders.urls, gateway.urls]);
    await scrapeFiles.writeTargets({
      'api-gateway': gatewayUrl,
      'user-service': userService,
      'order-service': orderService,
    });
    const { jaeger = '', otlp = '', loki = '', prometheus = '' } = backend;
    return new System(
      { gateway: gatewayUrl, userService, orderService, jaeger, otlp, loki, prometheus },
      lantern,
      [gateway.process, orders.process, users.process],
    );
  }

  get processes(): readonly ManagedProcess[] {
    return [...this.services, this.lantern];
  }

  /** Stops the services first, so that Lantern still receives their last spans and log lines. */
  async stop(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
    await this.lantern.stop();
  }
}
