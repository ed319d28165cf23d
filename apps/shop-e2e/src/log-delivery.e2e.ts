import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManagedProcess, waitFor } from '@lantern/launcher';
import { queryLogs, type LogLine } from '@lantern/trace-testing';
import { environment } from './rig/environment.js';
import { Gate } from './rig/gate.js';

const userService = fileURLToPath(new URL('../../user-service/', import.meta.url));

/** Second user-service, which sends its log lines as the environment configures it. */
class Sender {
  private readonly process: ManagedProcess;
  private readonly logFile: string;

  constructor(
    readonly name: string,
    folder: string,
    env: Record<string, string>,
  ) {
    this.logFile = join(folder, `${name}.log`);
    this.process = new ManagedProcess({
      name,
      args: ['--import', '@lantern/observability/register', join('dist', 'main.js')],
      cwd: userService,
      env: {
        OTEL_SERVICE_NAME: name,
        // Keeps it out of the shop's traces and dependency graph.
        OTEL_TRACES_EXPORTER: 'none',
        PORT: '0',
        DATA_DIR: join(folder, name),
        ...env,
      },
      logFile: this.logFile,
    });
  }

  /** Reads a user in a new trace, so that the service writes an access line. */
  async request(traceId: string, correlationId: string): Promise<void> {
    const { http } = await this.process.ready;
    const response = await fetch(`${http ?? ''}/users/1`, {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, 'x-correlation-id': correlationId },
    });
    if (response.status !== 200) throw new Error(`${this.name} answered ${response.status}`);
  }

  /** Fulfills once the service has reported on stdout that its backend cannot be reached. */
  noticedOutage(): Promise<true> {
    return waitFor(`${this.name} to notice the outage`, () =>
      Promise.resolve(readFileSync(this.logFile, 'utf8').includes('cannot be reached') || undefined),
    );
  }

  stop(): Promise<number | NodeJS.Signals> {
    return this.process.stop();
  }
}

const traceIds = Array.from({ length: 40 }, () => randomBytes(16).toString('hex'));
const correlationIds = traceIds.map((_, index) => `delivery-${index}`);

/** Access lines of a service that satisfy a LogQL condition, oldest first. */
const accessLines = async (service: string, condition: string): Promise<readonly LogLine[]> =>
  [...(await queryLogs(`{service_name="${service}"} |= "GET /users/1" ${condition}`))].sort((a, b) =>
    String(a.fields.timestamp) < String(b.fields.timestamp) ? -1 : 1,
  );

describe('log lines', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-delivery-'));
  let gate: Gate;
  let toLoki: Sender;
  let byOtlp: Sender;

  beforeAll(async () => {
    gate = await Gate.before(environment.loki);
    toLoki = new Sender('users-to-loki', folder, { LOKI_URL: gate.url });
    byOtlp = new Sender('users-by-otlp', folder, {
      // Both destinations are set: each line must arrive once.
      LOKI_URL: environment.loki,
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${gate.url}/otlp/v1/logs`,
    });
    // The gate is closed: this is the outage.
    for (const [index, traceId] of traceIds.entries()) {
      await Promise.all(
        [toLoki, byOtlp].map((sender) => sender.request(traceId, correlationIds[index] ?? '')),
      );
    }
    await Promise.all([toLoki.noticedOutage(), byOtlp.noticedOutage()]);
    gate.open();
  });

  afterAll(async () => {
    await Promise.all([toLoki.stop(), byOtlp.stop()]);
    await gate.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['users-to-loki', 'users-by-otlp'])(
    'of %s that were written while Loki was down arrive once it is up again: all, once, in order',
    async (service) => {
      const lines = await waitFor(`${traceIds.length} lines of ${service}`, async () => {
        const found = await accessLines(service, '');
        return found.length >= traceIds.length ? found : undefined;
      });
      expect(lines.map(({ fields }) => fields.trace_id)).toEqual(traceIds);
      expect(lines.map(({ fields }) => fields.correlation_id)).toEqual(correlationIds);
    },
  );

  it('are found by the same queries, with the same keys, over both protocols', async () => {
    for (const condition of [
      `| trace_id="${traceIds[7] ?? ''}"`,
      '| correlation_id="delivery-7"',
      '| json | correlation_id="delivery-7"',
      '| level="info" |= "delivery-7\\""',
    ]) {
      const [[one, ...others], [other, ...more]] = await Promise.all([
        accessLines('users-to-loki', condition),
        accessLines('users-by-otlp', condition),
      ]);
      expect([others, more]).toEqual([[], []]);
      expect(one?.fields).toMatchObject({
        correlation_id: 'delivery-7',
        trace_id: traceIds[7],
        level: 'info',
      });
      expect(Object.keys(other?.fields ?? {})).toEqual(Object.keys(one?.fields ?? {}));
    }
  });

  it('report that Loki was down, and that it is up again', async () => {
    for (const service of ['users-to-loki', 'users-by-otlp']) {
      const said = await waitFor(`the reports of ${service}`, async () => {
        const found = await queryLogs(`{service_name="${service}"} | json | context="TraceLogger"`);
        return found.some(({ fields }) =>
          String(fields.message).includes('is back; no log lines were dropped'),
        )
          ? found
          : undefined;
      });
      expect(said.filter(({ fields }) => String(fields.message).includes('cannot be reached'))).toHaveLength(
        1,
      );
    }
  });
});
