import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { environment } from './rig/environment.js';
import { workspace } from './rig/tutorial.js';

// npm installs, on a busy machine.
jest.setTimeout(300_000);

const kit = join(workspace, 'libs/trace-testing');

/** Runners in the versions that the kit is tested with. */
const RUNNERS = { '@playwright/test': '1.65.1', jest: '30.5.2', vitest: '5.1.2' };

interface Output {
  readonly code: number;
  readonly text: string;
}

/** Folder outside of this workspace, with the packed kit and the runners. */
let folder = '';

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};

/** Runs a script of an installed package with the URLs of the shop, without colors. */
const run = (file: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Output> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [file, ...args],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          NO_COLOR: '1',
          GATEWAY_URL: environment.gateway,
          ...env,
        },
      },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, text: stdout + stderr }),
    );
  });

const shop = { LANTERN_URL: environment.jaeger, LOKI_QUERY_URL: environment.loki };

/** Test of the shop as its author writes it. With a wrong name of a span, it fails. */
const orderTest = (imports: string, parameter: string, span: string, type = ''): string => `
${imports}

const order = (product${type && ': string'}, headers${type}) =>
  fetch(process.env.GATEWAY_URL + '/orders', {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: '1', product, quantity: 1 }),
  });

test('an order is stored', async (${parameter}) => {
  const { result, trace } = await traced('order a laptop', (headers) => order('laptop', headers));
  expect(result.status).toBe(201);
  expect(trace).toHaveCalls('api-gateway > order-service > user-service');
  expect(trace).toHaveSpan({ service: 'order-service', name: '${span}', kind: 'client' });
  expect(trace).not.toHaveErrors();
  expect(trace).toBeClean();
  await expect(trace).toHaveLog({ service: 'user-service', level: 'info' });
});
`;

const TYPE = ': Readonly<Record<string, string>>';
const VITEST = `import { expect, test } from 'vitest';\nimport { traced } from '@lantern/trace-testing/vitest';`;
const JEST_ESM = `import { expect, test } from '@jest/globals';\nimport { traced } from '@lantern/trace-testing/jest';`;
const JEST_CJS = `const { expect, test } = require('@jest/globals');\nconst { traced } = require('@lantern/trace-testing/jest');`;
const PLAYWRIGHT = `import { expect, test } from '@lantern/trace-testing/playwright';`;

/** Failure of the test with a wrong name, the same in each runner. */
const FAILURE = `
expect(trace).toHaveSpan(pattern)

Expected: a span with service "order-service", name "INSERT order", kind "client"
Received: none of 10 spans; the nearest one is marked with ► below. It differs in:
  name: expected "INSERT order", received "INSERT orders"

  api-gateway: POST /orders (server)
    api-gateway: proxy_to_order-service (internal)
      api-gateway: POST (client)
        order-service: POST /orders (server)
          order-service: validate_user (internal)
            order-service: GET (client)
              user-service: GET /users/:id (server)
                user-service: SELECT users (client)
          order-service: calculate_total (internal)
►         order-service: INSERT orders (client)

Trace: "order a laptop", ${environment.jaeger}/trace/
`.trim();

/** Runners indent messages differently. */
const withoutIndent = (text: string): string => text.replace(/^ +/gm, '').replace(/^► +/gm, '► ');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trace-testing-'));
  const { version } = JSON.parse(readFileSync(join(kit, 'package.json'), 'utf8')) as { version: string };
  const npm = (args: readonly string[], cwd: string): Promise<void> =>
    new Promise((resolve, reject) => {
      execFile('npm', args, { cwd }, (error, stdout, stderr) => {
        if (error === null) resolve();
        else reject(new Error(`npm ${args.join(' ')} failed:\n${stdout}${stderr}`));
      });
    });
  await npm(['pack', '--ignore-scripts', '--pack-destination', folder], kit);
  const devDependencies = {
    ...RUNNERS,
    '@types/node': '24.19.2',
    '@lantern/trace-testing': `file:lantern-trace-testing-${version}.tgz`,
  };
  write('package.json', JSON.stringify({ private: true, type: 'module', devDependencies }));
  await npm(['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);
  for (const [name, span] of [
    ['right', 'INSERT orders'],
    ['wrong', 'INSERT order'],
  ] as const) {
    write(`vitest/${name}.test.ts`, orderTest(VITEST, '', span, TYPE));
    write(`playwright/${name}.spec.ts`, orderTest(PLAYWRIGHT, '{ traced }', span, TYPE));
    write(`jest/${name}.test.mjs`, orderTest(JEST_ESM, '', span));
    write(`jest/${name}.test.cjs`, orderTest(JEST_CJS, '', span));
  }
  write('jest/types.ts', orderTest(JEST_ESM, '', 'INSERT orders', TYPE));
  write(
    'jest.config.json',
    JSON.stringify({
      roots: ['jest'],
      transform: {},
      testMatch: ['**/*.test.?js'],
      moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
    }),
  );
  write('playwright.config.ts', `export default { testDir: 'playwright', reporter: 'line' };`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed kit', () => {
  it('has types that fit those of each runner', async () => {
    const tsconfig = (options: object, include: string[]) =>
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2023',
          types: ['node'],
          strict: true,
          noEmit: true,
          ...options,
        },
        include,
      });
    write('tsconfig.json', tsconfig({ skipLibCheck: true }, ['vitest', 'playwright', 'jest/types.ts']));
    write(
      'kit/own.ts',
      `
import { traced, type AttributeName, type ServiceName, type TestTrace } from '@lantern/trace-testing';
export { traced, TestTrace };
// Editors complete the names that a project declares, and accept any other name.
export const declared: [Extract<ServiceName, 'orders'>, Extract<AttributeName, 'product'>] = ['orders', 'product'];
export const other: ServiceName = 'any';
`,
    );
    write(
      'kit/telemetry-names.d.ts',
      `interface LanternTelemetryNames { service: 'orders' | 'users'; attribute: 'product' }`,
    );
    // Also as CommonJS, with every declaration of the kit checked.
    write('kit/own.cts', `import kit = require('@lantern/trace-testing');\nexport const { traced } = kit;`);
    write('tsconfig.kit.json', tsconfig({ skipLibCheck: false, lib: ['es2024', 'dom'] }, ['kit']));
    const compiler = join(workspace, 'node_modules/typescript7/bin/tsc');
    expect(await run(compiler, ['-p', 'tsconfig.json'], {})).toEqual({ code: 0, text: '' });
    expect(await run(compiler, ['-p', 'tsconfig.kit.json'], {})).toEqual({ code: 0, text: '' });
  });

  it.each([
    ['Vitest', ['node_modules/vitest/vitest.mjs', 'run', '--dir', 'vitest'], {}],
    ['Jest', ['node_modules/jest/bin/jest.js', '--ci'], { NODE_OPTIONS: '--experimental-vm-modules' }],
    ['Playwright', ['node_modules/playwright/cli.js', 'test'], {}],
  ] as const)(
    'runs tests of the shop in %s, and a wrong one fails with the nearest span',
    async (name, command, env) => {
      const [script, ...args] = command;
      const { code, text } = await run(script, args, { ...shop, ...env });
      expect(code).toBe(1);
      const failures = withoutIndent(text).split(withoutIndent(FAILURE)).length - 1;
      // Jest runs an ES module and a CommonJS one.
      expect({ text, failures }).toEqual({ text, failures: name === 'Jest' ? 2 : 1 });
      expect(text).toMatch(name === 'Jest' ? /2 failed, 2 passed/ : /1 failed[^]*1 passed/);
      // The report of the trace is a file, or an attachment of Playwright's.
      const [, report = ''] = /^ *Report: (test-results.*\.html)$/m.exec(text) ?? [];
      if (name === 'Playwright') {
        expect(text).toContain('Report: attached to the test as "trace of order a laptop"');
        expect(text).toMatch(/attachment #\d: trace of order a laptop \(text\/html\)/);
        expect(text).not.toContain('<!doctype html>');
      } else expect(readFileSync(join(folder, report), 'utf8')).toContain('INSERT orders');
    },
  );

  it('asserts on spans of its own process, which startTestTelemetry() of @lantern/observability keeps', async () => {
    symlinkSync(join(workspace, 'libs/observability'), join(folder, 'node_modules/@lantern/observability'));
    write(
      'one-process/total.test.ts',
      `
import { beforeEach, expect, test } from 'vitest';
import { Tracer } from '@lantern/observability';
import { startTestTelemetry } from '@lantern/observability/testing';
import '@lantern/trace-testing/vitest';

const telemetry = startTestTelemetry();
beforeEach(() => telemetry.reset());

const tracer = new Tracer();
const createOrder = (): void =>
  tracer.withSpan('create', () => {
    for (const product of ['laptop', 'mouse'])
      tracer.withSpan('calculate_total', { attributes: { product } }, () => undefined);
  });

test('the total is calculated once for each product', () => {
  createOrder();
  expect(telemetry).toHaveSpans({ name: 'calculate_total', parent: 'create' }, { exactly: 2 });
  expect(telemetry).not.toHaveErrors();
  expect(telemetry).toBeClean();
  expect(telemetry).toHaveAtMost({ spans: 3, depth: 2 });
});

test('a wrong name', () => {
  createOrder();
  expect(telemetry).toHaveSpan({ name: 'calculate_totals', attributes: { product: 'laptop' } });
});

test('a span that has not ended yet makes a negative assertion inconclusive', () => {
  tracer.withSpan('create', () => {
    tracer.withSpan('calculate_total', () => undefined);
    expect(telemetry).not.toHaveErrors();
  });
});
`,
    );
    const { code, text } = await run('node_modules/vitest/vitest.mjs', ['run', '--dir', 'one-process'], {});
    expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(/2 failed \| 1 passed/) });
    expect(text).toContain('name: expected "calculate_totals", received "calculate_total"');
    expect(text).toMatch(/The parent \w{16} of span "calculate_total" \(\w{16}\) has not ended\./);
  });

  it('starts a Lantern for the tests, which receive what any program sends', async () => {
    // Stands for the package of Lantern, whose own test installs it.
    const lantern = join(workspace, 'apps/lantern/dist/main.js');
    write('node_modules/lantern-otel/package.json', '{"name":"lantern-otel"}');
    write('node_modules/lantern-otel/dist/lantern.cjs', `import(${JSON.stringify(lantern)});`);
    write(
      'started/vitest.config.ts',
      `export default { test: { globalSetup: '@lantern/trace-testing/global-setup' } };`,
    );
    write(
      'started/any-program.test.ts',
      `
import { expect, test } from 'vitest';
import { readTrace, resetLantern, traced } from '@lantern/trace-testing/vitest';

test('a program in any language', async () => {
  const { trace } = await traced('send a span', async ({ traceparent }, traceId) => {
    const now = BigInt(Date.now()) * 1000000n;
    const span = { traceId, spanId: '00000000000000aa', parentSpanId: traceparent.split('-')[2], name: 'work', kind: 2,
      startTimeUnixNano: String(now), endTimeUnixNano: String(now + 5n) };
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'script' } }] };
    const response = await fetch(process.env.OTEL_EXPORTER_OTLP_ENDPOINT + '/v1/traces', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] }),
    });
    expect(response.status).toBe(200);
  });
  expect(trace).toHaveSpan({ service: 'script', name: 'work', kind: 'server' });
  expect(trace).toHaveAtMost({ spans: 1 });
  await resetLantern();
  const { spans } = await readTrace(trace.traceId, { until: 'quiet' });
  expect(spans).toEqual([]);
});
`,
    );
    symlinkSync(join(folder, 'node_modules'), join(folder, 'started/node_modules'));
    const { code, text } = await run('node_modules/vitest/vitest.mjs', ['run', '--root', 'started'], {});
    expect({ code, text }).toEqual({ code: 0, text });
  });
});
