import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Application } from './application.js';
import { Lantern, isLanternBuilt } from './lantern.js';
import { describeWith } from './servers.js';

/** The spans of integrations in Lantern: what its detectors find, and the pictures of `docs/integrations`. */

const pictures = fileURLToPath(new URL('../../../../docs/images/integrations', import.meta.url));

/** Size of a picture, in pixels. */
const WIDTH = 960;
const MARGIN = 16;

const LANTERN_MISSING = 'is not tested on this machine: build Lantern by npx nx build lantern';

let lantern: Lantern;
let app: Application | undefined;

const start = async (name: string, env: NodeJS.ProcessEnv): Promise<Application> => {
  await app?.stop();
  app = await Application.start(name, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: lantern.endpoint });
  return app;
};

const request = async ({ url }: Application, method: string, path: string, body?: object): Promise<void> => {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url + path, { method, ...(body ? json : {}) });
  await response.arrayBuffer();
};

interface Detections {
  detections: { kind: string; text: string }[];
}

/** Draws a picture of a trace; `LANTERN_UPDATE_IMAGES=1` puts it into the documentation. */
const photograph = async (browser: Browser, name: string, traceId: string): Promise<void> => {
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 620 } });
  await page.goto(`${lantern.url}/trace/${traceId}`);
  const rows = page.getByRole('treeitem');
  await rows.first().waitFor();
  const last = await rows.last().boundingBox();
  const height = last ? last.y + last.height + MARGIN : 620;
  const isAskedFor = process.env.LANTERN_UPDATE_IMAGES === '1';
  const folder = isAskedFor ? pictures : fileURLToPath(new URL('../../test-results/images', import.meta.url));
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), clip: { x: 0, y: 0, width: WIDTH, height } });
  await page.close();
};

if (isLanternBuilt()) {
  describeWith(['postgresql', 'mariadb', 'redis', 'nats'], 'Lantern, with the spans of', (servers) => {
    let browser: Browser;
    beforeAll(async () => {
      lantern = await Lantern.start();
      browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
    });
    afterAll(async () => {
      await app?.stop();
      await browser.close();
      await lantern.stop();
    });

    it('TypeORM, detects that the orders of each customer are read by a query of their own', async () => {
      const service = await start('postgresql', { DATABASE_URL: servers().postgresql.url });
      for (let each = 0; each < 6; each++) await request(service, 'POST', '/typeorm/customers');
      await request(service, 'GET', '/typeorm/customers');
      const traceId = await lantern.traceWith('postgresql', 'GET /typeorm/customers');
      const answer = await lantern.json<Detections>(`/api/v3/lantern/traces/${traceId}/detections`);
      expect(answer?.detections.map(({ kind }) => kind)).toContain('n-plus-one-queries');
      await photograph(browser, 'postgresql', traceId);
    });

    it('mysql2, shows a trace', async () => {
      const service = await start('mysql', { DATABASE_URL: servers().mariadb.url });
      await request(service, 'GET', '/orders/lamp');
      await photograph(browser, 'mysql', await lantern.traceWith('mysql', 'GET /orders/:product'));
    });

    it('ioredis, shows a trace', async () => {
      const service = await start('redis', { REDIS_URL: servers().redis.url });
      await request(service, 'GET', '/ioredis/5/1');
      await photograph(browser, 'redis', await lantern.traceWith('redis', 'MULTI'));
    });

    it('BullMQ, shows the trace of a job', async () => {
      const service = await start('bullmq', { REDIS_URL: servers().redis.url, CONTINUE_TRACES: 'true' });
      await request(service, 'POST', '/bounced');
      await photograph(browser, 'bullmq', await lantern.traceWith('bullmq', 'add mails', 'process mails'));
    });

    it('the packages of Nest, shows a trace with a listener that failed', async () => {
      const service = await start('handlers', {});
      await request(service, 'POST', '/orders');
      await photograph(browser, 'nest-handlers', await lantern.traceWith('handlers', 'MailListener.notify'));
    });

    it('microservices, shows the trace of a request over a broker', async () => {
      const broker = { BROKER: 'nats', BROKER_URL: servers().nats.url };
      const service = await start('microservice', broker);
      await request(service, 'GET', '/products/laptop');
      await photograph(
        browser,
        'microservices',
        await lantern.traceWith('microservice', 'stock.find', 'read'),
      );
    });

    it('GraphQL, shows the trace of an operation', async () => {
      const service = await start('graphql', { GRAPHQL_DRIVER: 'apollo' });
      const query = 'query Catalog { products { name supplier reviews } }';
      await request(service, 'POST', '/graphql', { query });
      await photograph(
        browser,
        'graphql',
        await lantern.traceWith('graphql', 'query Catalog', 'load suppliers'),
      );
    });

    it('WebSockets, shows the trace of a message', async () => {
      const service = await start('chat', {});
      await request(service, 'POST', '/clients');
      await photograph(browser, 'websockets', await lantern.traceWith('chat', '/chat say', 'keep message'));
    });
  });
} else {
  describe('Lantern', () => {
    it.skip(LANTERN_MISSING, () => undefined);
  });
}
