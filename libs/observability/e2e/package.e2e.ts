import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../test/command.js';
import { type OtlpSink, startOtlpSink } from '../test/otlp-sink.js';
import { until } from '../test/until.js';

// npm installs, on a busy machine.
jest.setTimeout(240_000);

const library = fileURLToPath(new URL('..', import.meta.url));
const workspace = fileURLToPath(new URL('../../..', import.meta.url));
const compiler = join(workspace, 'node_modules/typescript7/bin/tsc');

const { version, devDependencies } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** Newest version of the line before the one that this workspace uses. */
const NEST_11 = '11.2.10';

/** An application as its author writes it; the lines about tracing are marked. */
const sources = (platform: string, adapter: string) => ({
  'src/cats.controller.ts': `
    import { Controller, Get, Param } from '@nestjs/common';
    @Controller('cats')
    export class CatsController {
      @Get(':id')
      find(@Param('id') id: string) {
        return { id };
      }
    }`,
  'src/app.module.ts': `
    import { Module } from '@nestjs/common';
    import { ObservabilityModule } from '@lantern/observability'; // 1
    import { CatsController } from './cats.controller.js';
    @Module({
      imports: [ObservabilityModule.forRoot()], // 2
      controllers: [CatsController],
    })
    export class AppModule {}`,
  'src/main.ts': `
    import { NestFactory } from '@nestjs/core';
    import { ${adapter} } from '${platform}';
    import { AppModule } from './app.module.js';
    async function bootstrap() {
      const app = await NestFactory.create(AppModule, new ${adapter}());
      await app.listen(0, '127.0.0.1');
      console.log('listening on ' + (await app.getUrl()));
    }
    void bootstrap();`,
  // Uses the package as the tests of an application do.
  'src/tree.ts': `
    import { type SpanDecoratorOptions, Span, Tracer } from '@lantern/observability';
    import { startTestTelemetry } from '@lantern/observability/testing';
    const options: SpanDecoratorOptions = { attributes: { colour: 'black' } };
    class Cats {
      @Span('find', options)
      async find(): Promise<number> {
        return 1;
      }
    }
    const telemetry = startTestTelemetry();
    void new Tracer()
      .withSpan('test', () => new Cats().find())
      .then(() => telemetry.waitForSpans(2))
      .then(() => console.log(telemetry.tree({ attributes: ['colour'] })))
      .then(() => telemetry.stop());`,
});

const compilerOptions = {
  module: 'nodenext',
  target: 'es2023',
  rootDir: 'src',
  outDir: 'dist',
  types: ['node'],
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** Folder outside of this workspace: packages that npm installed, and an application in a folder for each platform. */
let home = '';
let sink: OtlpSink;

const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), text);
};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'observability-apps-'));
  sink = await startOtlpSink();
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', home], library);
  const platforms = ['@nestjs/platform-express', '@nestjs/platform-fastify'];
  const others = ['@nestjs/common', '@nestjs/core', '@opentelemetry/api', 'reflect-metadata', 'rxjs'];
  const dependencies = Object.fromEntries(
    [...platforms, ...others].map((name) => [name, devDependencies[name]]),
  );
  write(
    'package.json',
    JSON.stringify({
      private: true,
      dependencies: {
        ...dependencies,
        '@lantern/observability': `file:lantern-observability-${version}.tgz`,
      },
      devDependencies: { '@types/node': '24.19.2', '@types/express': '5.0.6' },
    }),
  );
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], home);
});
afterAll(async () => {
  await sink.close();
  rmSync(home, { recursive: true, force: true });
});

describe('the packed library', () => {
  it('The packed library consists of its build and its license, without sources or tests', () => {
    const installed = join(home, 'node_modules/@lantern/observability');
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.spec\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it('An installation of the packed library has one copy of the OpenTelemetry API, because spans of a second copy would be lost', async () => {
    const copies = await run('npm', ['ls', '@opentelemetry/api', '--parseable', '--all'], home);
    expect(copies.trim().split('\n')).toEqual([join(home, 'node_modules/@opentelemetry/api')]);
  });
});

describe.each([
  ['Fastify', 'module', '@nestjs/platform-fastify', 'FastifyAdapter'],
  ['Express', 'commonjs', '@nestjs/platform-express', 'ExpressAdapter'],
])('a Nest application on %s, written as %s', (name, type, platform, adapter) => {
  const folder = (): string => join(home, name);
  let program: ChildProcess | undefined;

  beforeAll(() => {
    write(join(name, 'package.json'), JSON.stringify({ name: 'cats', private: true, type }));
    write(join(name, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
    for (const [file, text] of Object.entries(sources(platform, adapter))) write(join(name, file), text);
  });
  afterEach(async () => {
    if (!program) return;
    const closed = once(program, 'close');
    program.kill('SIGKILL');
    program = undefined;
    await closed;
  });

  it('A Nest application that uses the packed library compiles, with all declarations checked', async () => {
    await run(process.execPath, [compiler, '-p', folder()], home);
  });

  it('A Nest application is traced after three lines of setup', async () => {
    program = spawn(process.execPath, ['--import', '@lantern/observability/register', 'dist/main.js'], {
      cwd: folder(),
      env: {
        PATH: process.env.PATH,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    });
    let output = '';
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on('data', (data: Buffer) => (output += data.toString()));
    }
    const url = (): string | undefined => /listening on (\S+)/.exec(output)?.[1];
    await until('the application', () => url() !== undefined || program?.exitCode !== null, 60_000);
    sink.spans.length = 0;
    const response = await fetch(`${url() ?? output}/cats/tom`);
    expect(await response.json()).toEqual({ id: 'tom' });
    await until('its span', () => sink.spans.length > 0);
    expect(sink.spans).toMatchObject([
      {
        name: 'GET /cats/:id',
        kind: 2,
        attributes: { 'http.route': '/cats/:id', 'code.function.name': 'CatsController.find' },
        resource: { 'service.name': 'cats' },
      },
    ]);
    expect(await (await fetch(`${url() ?? ''}/metrics`)).text()).toContain(
      'http_server_request_duration_seconds_count{service="cats"',
    );
    expect(output).not.toMatch(/warn|error/i);
  });

  it('A Nest application draws its spans as a tree in its own tests', async () => {
    expect(await run(process.execPath, ['dist/tree.js'], folder())).toBe(
      'test [internal]\n  find [internal] colour="black"\n',
    );
  });
});

describe('an application of Nest 11 in CommonJS', () => {
  const folder = (): string => join(home, 'nest-11');
  const packages = Object.fromEntries(
    ['common', 'core', 'platform-express'].map((name) => [`@nestjs/${name}`, NEST_11]),
  );
  const tests = `
    const { NestFactory } = require('@nestjs/core');
    const { startTestTelemetry } = require('@lantern/observability/testing');
    const { AppModule } = require('./dist/app.module.js');

    const telemetry = startTestTelemetry();

    it('An application of Nest 11 in CommonJS is traced', async () => {
      const app = await NestFactory.create(AppModule, { logger: false });
      await app.listen(0, '127.0.0.1');
      await (await fetch((await app.getUrl()) + '/cats/tom')).text();
      await telemetry.waitForSpans(1);
      expect(telemetry.tree({ attributes: ['code.function.name'] })).toContain(
        'GET /cats/:id [server] code.function.name="CatsController.find"');
      await app.close();
    });`;

  beforeAll(async () => {
    const dependencies = {
      ...packages,
      '@opentelemetry/api': devDependencies['@opentelemetry/api'],
      'reflect-metadata': devDependencies['reflect-metadata'],
      rxjs: devDependencies.rxjs,
      '@lantern/observability': `file:../lantern-observability-${version}.tgz`,
    };
    const ownDependencies = { '@types/node': '24.19.2', '@types/express': '5.0.6' };
    write(
      'nest-11/package.json',
      JSON.stringify({ name: 'cats', private: true, dependencies, devDependencies: ownDependencies }),
    );
    for (const [file, text] of Object.entries(sources('@nestjs/platform-express', 'ExpressAdapter'))) {
      write(join('nest-11', file), text.replaceAll(/'(\.\/[^']+)\.js'/g, "'$1'"));
    }
    write('nest-11/cats.test.js', tests);
    await run(
      'npm',
      ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'],
      folder(),
    );
  });

  it('An application of Nest 11 compiles under module commonjs and moduleResolution node10', async () => {
    // The last version that knows node10.
    const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
    const options = {
      ...compilerOptions,
      module: 'commonjs',
      moduleResolution: 'node10',
      ignoreDeprecations: '6.0',
      esModuleInterop: true,
      skipLibCheck: true,
    };
    write('nest-11/tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['src'] }));
    await run(process.execPath, [tsc, '-p', folder()], folder());
  });

  it('An application of Nest 11 is tested by a Jest without support for ES modules', async () => {
    const jestProgram = join(workspace, 'node_modules/jest/bin/jest.js');
    await run(process.execPath, [jestProgram, '--rootDir', folder(), '--testEnvironment', 'node'], folder(), {
      ...process.env,
      NODE_OPTIONS: '',
    });
  });
});
