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
