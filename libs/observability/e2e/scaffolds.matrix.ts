import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../test/command.js';
import { type OtlpSink, startOtlpSink } from '../test/otlp-sink.js';
import { until } from '../test/until.js';

/** `nx matrix observability`: applications that Nest's schematics make, outside of this workspace, with npm's packages. */

jest.setTimeout(600_000);

const library = fileURLToPath(new URL('..', import.meta.url));

/** Exact versions, so that a run can be repeated. */
const SCHEMATICS = { 11: '11.1.0', 12: '12.0.6' } as const;
const SCHEMATICS_CLI = { 11: '19.2.24', 12: '22.2.0' } as const;
const NEST = { 11: '11.2.10', 12: '12.5.1' } as const;
const FASTIFY_ADAPTER = { 11: '11.2.8', 12: '12.5.0' } as const;
const API = '1.10.0';
/** Line of Nest 10, which the library does not support. */
const NEST_10 = '10.4.9';

let home = '';
let tarball = '';
let sink: OtlpSink;

const install = (folder: string): Promise<string> =>
  run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], folder);

const edit = (file: string, ...changes: [from: string | RegExp, to: string][]): void => {
  const before = readFileSync(file, 'utf8');
  const after = changes.reduce((text, [from, to]) => {
    if (typeof from === 'string' ? !text.includes(from) : !from.test(text))
      throw new Error(`${file} has no ${String(from)}:\n${text}`);
    return text.replace(from, to);
  }, before);
  writeFileSync(file, after);
};

interface Manifest {
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
}

const editManifest = (folder: string, change: (manifest: Manifest) => void): void => {
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest, undefined, 2));
};

/** Makes an application with Nest's schematics and adds the lines of the quick start. */
const scaffold = async (
  nest: 11 | 12,
  type: 'cjs' | 'esm',
  adapter: 'Express' | 'Fastify',
  name = `nest-${nest}-${type}-${adapter.toLowerCase()}`,
): Promise<string> => {
  const tools = join(home, `schematics-${nest}`);
  await run(
    join(tools, 'node_modules/.bin/schematics'),
    [
      '@nestjs/schematics:application',
      `--name=${name}`,
      '--language=ts',
      ...(nest === 12 ? [`--type=${type}`] : []),
      '--no-dry-run',
    ],
    tools,
  );
  const folder = join(tools, name);
  editManifest(folder, ({ dependencies }) => {
    for (const each of ['common', 'core', 'platform-express']) dependencies[`@nestjs/${each}`] = NEST[nest];
    dependencies['@nestjs/platform-fastify'] = FASTIFY_ADAPTER[nest];
    dependencies['@lantern/observability'] = `file:${tarball}`;
    dependencies['@opentelemetry/api'] = API;
  });
  edit(
    join(folder, 'src/app.module.ts'),
    [/^/, "import { ObservabilityModule } from '@lantern/observability';\n"],
    ['imports: []', 'imports: [ObservabilityModule.forRoot()]'],
  );
  edit(
    join(folder, 'src/main.ts'),
    [
      /^/,
      "import { TraceLogger } from '@lantern/observability';\n" +
        `import { ${adapter}Adapter } from '@nestjs/platform-${adapter.toLowerCase()}';\n`,
    ],
    ['create(AppModule)', `create(AppModule, new ${adapter}Adapter(), { bufferLogs: true })`],
    [
      '  await app.listen',
      '  app.useLogger(app.get(TraceLogger));\n  app.enableShutdownHooks();\n  await app.listen',
    ],
  );
  if (nest === 11 && type === 'esm') {
    // The schematics of Nest 11 know CommonJS alone; these are the changes that an author makes.
    editManifest(folder, (manifest) => Object.assign(manifest, { type: 'module' }));
    edit(join(folder, 'src/main.ts'), ["'./app.module'", "'./app.module.js'"]);
    edit(
      join(folder, 'src/app.module.ts'),
      ["'./app.controller'", "'./app.controller.js'"],
      ["'./app.service'", "'./app.service.js'"],
    );
    edit(join(folder, 'src/app.controller.ts'), ["'./app.service'", "'./app.service.js'"]);
  }
  await install(folder);
  return folder;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Asks until the application listens. */
const firstAnswer = async (port: number, hasEnded: () => boolean): Promise<string> => {
  let text: string | undefined;
  const ask = (): void => {
    fetch(`http://localhost:${port}/`).then(
      async (response) => (text = await response.text()),
      () => setTimeout(ask, 100),
    );
  };
  ask();
  await until('the application', () => text !== undefined || hasEnded(), 120_000);
  if (text === undefined) throw new Error('The application ended before it listened');
  return text;
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'observability-matrix-'));
  sink = await startOtlpSink();
  const packed = await run(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', home],
    library,
  );
  const [{ filename = '' } = {}] = JSON.parse(packed) as { filename?: string }[];
  tarball = join(home, filename);
  for (const nest of [11, 12] as const) {
    const folder = join(home, `schematics-${nest}`);
    await run('mkdir', ['-p', folder], home);
    const dependencies = {
      '@nestjs/schematics': SCHEMATICS[nest],
      '@angular-devkit/schematics-cli': SCHEMATICS_CLI[nest],
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    await install(folder);
  }
});
afterAll(async () => {
  await sink.close();
  rmSync(home, { recursive: true, force: true });
});

describe.each([
  [11, 'cjs', 'Express'],
  [11, 'cjs', 'Fastify'],
  [11, 'esm', 'Express'],
  [11, 'esm', 'Fastify'],
  [12, 'cjs', 'Express'],
  [12, 'cjs', 'Fastify'],
  [12, 'esm', 'Express'],
  [12, 'esm', 'Fastify'],
] as const)('an application of Nest %i, %s, on %s', (nest, type, adapter) => {
  let folder = '';
  let program: ChildProcess | undefined;

  beforeAll(async () => {
    folder = await scaffold(nest, type, adapter);
  });
  afterEach(async () => {
    if (program?.pid === undefined) return;
    const closed = once(program, 'close');
    // `nest start` has started another process, in the same group.
    process.kill(-program.pid, 'SIGKILL');
    program = undefined;
    await closed;
  });

  it('builds, and its types resolve under nodenext, node16, bundler and node10', async () => {
    await run('npx', ['nest', 'build'], folder);
    const tsc = (...args: string[]): Promise<string> =>
      run('npx', ['tsc', '-p', 'tsconfig.build.json', '--noEmit', '--incremental', 'false', ...args], folder);
    await tsc('--module', 'preserve', '--moduleResolution', 'bundler');
    // The types of Nest 12 itself do not resolve under node16 in CommonJS, nor under node10.
    if (nest === 12 && type === 'cjs') return;
    await tsc('--module', 'node16', '--moduleResolution', 'node16');
    if (nest === 11 && type === 'cjs') {
      await tsc(
        ...['--module', 'commonjs', '--moduleResolution', 'node10', '--resolvePackageJsonExports', 'false'],
      );
    }
  });

  // A Jest that is told nothing about ES modules cannot run an ES module project, with this library or without it.
  (nest === 11 && type === 'esm' ? it.skip : it)('runs its own unit and e2e tests', async () => {
    await run('npm', ['test'], folder);
    await run('npm', ['run', 'test:e2e'], folder);
  });

  it.each([
    ['node --import', 'node', ['--import', '@lantern/observability/register', 'dist/main.js']],
    ['node --require', 'node', ['--require', '@lantern/observability/register', 'dist/main.js']],
    [
      'nest start --exec',
      'npx',
      ['nest', 'start', '--exec', 'node --import @lantern/observability/register'],
    ],
  ])('is traced, started by %s', async (_name, command, args) => {
    const port = await freePort();
    program = spawn(command === 'node' ? process.execPath : command, args, {
      cwd: folder,
      detached: true,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        PORT: String(port),
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_SERVICE_NAME: 'cats',
      },
    });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on('data', (data: Buffer) => (output += data.toString()));
    }
    sink.spans.length = 0;
    const text = await firstAnswer(port, () => program?.exitCode !== null);
    expect([text, output.includes('"level":"error"') && output]).toEqual(['Hello World!', false]);
    await until('its span', () => sink.spans.length > 0);
    expect(sink.spans).toMatchObject([
      {
        name: 'GET /',
        kind: 2,
        attributes: { 'http.route': '/', 'code.function.name': 'AppController.getHello' },
        resource: { 'service.name': 'cats' },
      },
    ]);
    expect(output).toMatch(/"message":"GET \/ 200 .*"trace_id":"[0-9a-f]{32}"/);
  });
});

it('says in an application of Nest 10, in one sentence, that it needs a later one', async () => {
  const folder = await scaffold(11, 'cjs', 'Express', 'nest-10');
  editManifest(folder, ({ dependencies }) => {
    for (const each of ['common', 'core', 'platform-express', 'platform-fastify']) {
      dependencies[`@nestjs/${each}`] = NEST_10;
    }
    dependencies['reflect-metadata'] = '0.2.2';
  });
  await run(
    'npm',
    ['install', '--force', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
    folder,
  );
  await run('npx', ['nest', 'build'], folder);
  const port = await freePort();
  const program = spawn(process.execPath, ['--import', '@lantern/observability/register', 'dist/main.js'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
  });
  let output = '';
  program.stdout.on('data', (data: Buffer) => (output += data.toString()));
  try {
    await until('the sentence', () => output.includes('needs Nest 11.1'), 60_000);
    expect(output).toContain(`needs Nest 11.1 or newer, and this application uses ${NEST_10}`);
    sink.spans.length = 0;
    expect(await firstAnswer(port, () => program.exitCode !== null)).toBe('Hello World!');
    expect(output).not.toContain('"message":"GET / 200');
  } finally {
    program.kill('SIGKILL');
    await once(program, 'close');
  }
});
