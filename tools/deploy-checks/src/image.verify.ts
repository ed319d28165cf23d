import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { waitFor } from '@lantern/launcher';
import { type BuiltImage, DockerfileBuild } from './dockerfile-build.js';
import { freePort } from './free-port.js';

const isRoot = process.getuid?.() === 0;
const user = isRoot ? { uid: 1000, gid: 1000 } : {};

const images = [
  {
    app: 'user-service',
    target: 'service',
    portVariable: 'PORT',
    libraries: ['observability', 'service-contracts', 'service-platform', 'user-service'],
  },
  {
    app: 'lantern',
    target: 'lantern',
    portVariable: 'LANTERN_LOKI_PORT',
    libraries: ['go-syntax', 'lantern', 'logql', 'otlp', 'query-api', 'telemetry-model', 'telemetry-store'],
  },
];

describe.each(images)(
  'the image of $app, built from its Dockerfile in a clean folder',
  ({ app, target, portVariable, libraries }) => {
    let build: DockerfileBuild;
    let image: BuiltImage;
    let container: ChildProcess | undefined;

    beforeAll(() => {
      build = new DockerfileBuild({ APP: app });
      image = build.build(target);
    });

    afterAll(() => {
      container?.kill('SIGKILL');
      build.remove();
    });

    it('contains the app and its dependencies, and no development tools', () => {
      const modules = join(image.folder, 'app', 'node_modules');
      expect(readdirSync(join(modules, '@lantern')).sort()).toEqual(libraries);
      for (const library of libraries)
        expect(existsSync(join(modules, '@lantern', library, 'dist'))).toBe(true);
      for (const tool of ['jest', 'nx', 'eslint', '@swc/core', 'vite', 'prettier', 'fast-check']) {
        expect([tool, existsSync(join(modules, tool))]).toEqual([tool, false]);
      }
      expect(existsSync(join(image.folder, 'app', image.workdir.slice('/app/'.length), 'src'))).toBe(false);
    });

    it('starts as a user without write access, is healthy, and exits with 0 on SIGTERM', async () => {
      const data = join(build.folder, 'data');
      mkdirSync(data);
      if (isRoot) chownSync(data, 1000, 1000);
      const port = String(await freePort());
      const options = {
        ...user,
        cwd: join(image.folder, image.workdir),
        env: {
          PATH: process.env.PATH,
          ...image.environment,
          HOST: '127.0.0.1',
          LANTERN_HOST: '127.0.0.1',
          LANTERN_OTLP_PORT: '0',
          LANTERN_OTLP_GRPC_PORT: '0',
          LANTERN_JAEGER_PORT: '0',
          LANTERN_PROMETHEUS_PORT: '0',
          LANTERN_SAMPLING_PORT: '0',
          [portVariable]: port,
          DATA_DIR: data,
          LANTERN_DATA_DIR: data,
          OTEL_TRACES_EXPORTER: 'none',
        },
      };
      const [, ...args] = image.command;
      const output: string[] = [];
      container = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
      container.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
      container.stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
      const ended = once(container, 'exit');

      const [, ...check] = image.healthCheck;
      await waitFor(
        'the health check to succeed',
        async () => {
          if (container?.exitCode !== null) throw new Error(`The container ended:\n${output.join('')}`);
          return spawnSync(process.execPath, check, options).status === 0 || undefined;
        },
        { deadlineMillis: 60_000, intervalMillis: 250 },
      );

      container.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      // The health check fails after the process has ended.
      expect(spawnSync(process.execPath, check, options).status).toBe(1);
    });
  },
);
