import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isAlive, waitFor, withDescendants } from '@lantern/launcher';
import { ExpectedOutputs } from './rig/expected-output.js';
import { excerpts, linkedFiles, runnableBlocks, steps, workspace } from './rig/tutorial.js';

/** Ports of the tutorial, and the option of `npm start` that changes each. */
const PORTS = {
  8080: 'gateway-port',
  8001: 'user-service-port',
  8002: 'order-service-port',
  16686: 'ui-port',
  4318: 'otlp-port',
  4317: 'otlp-grpc-port',
  3100: 'loki-port',
  5778: 'sampling-port',
  // The second gateway and the listener behind it.
  8081: undefined,
  8003: undefined,
} as const;

const freePort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
};

/** The environment of a reader's shell: nx adds settings of its own, and colors where there is no terminal. */
const readersEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NX_') && name !== 'FORCE_COLOR'),
);

describe('the tutorial', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-tutorial-'));
  const expected = new ExpectedOutputs();
  const actualPorts = new Map<string, string>();
  let npm: ChildProcess;
  let output = '';

  const withActualPorts = (text: string): string =>
    text.replaceAll(/\b\d{4,5}\b/g, (number) => actualPorts.get(number) ?? number);
  const withTutorialPorts = (text: string): string => {
    const tutorialPorts = new Map([...actualPorts].map(([port, actual]) => [actual, port]));
    return text.replaceAll(/(?<=:)\d{4,5}\b/g, (number) => tutorialPorts.get(number) ?? number);
  };

  /** Runs a command of the tutorial in a shell; returns its output. */
  const run = (command: string): Promise<string> =>
    new Promise((resolve) => {
      execFile(
        'bash',
        ['-c', withActualPorts(expected.commandOf(command))],
        {
          cwd: workspace,
          env: {
            ...readersEnvironment,
            OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${actualPorts.get('4318') ?? ''}`,
          },
        },
        (_error, stdout, stderr) => resolve(withTutorialPorts(stdout + stderr).trimEnd()),
      );
    });

  beforeAll(async () => {
    for (const port of Object.keys(PORTS)) actualPorts.set(port, await freePort());
    const options = Object.entries(PORTS).flatMap(([port, option]) =>
      option === undefined ? [] : [`--${option}`, actualPorts.get(port) ?? ''],
    );
    npm = spawn('npm', ['start', '--', '--data-dir', join(folder, '.lantern'), ...options], {
      cwd: workspace,
      env: readersEnvironment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [npm.stdout, npm.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
  });

  afterAll(async () => {
    const family = withDescendants(npm.pid ?? 0);
    npm.kill('SIGTERM');
    await waitFor('the end of npm start', () => Promise.resolve(family.some(isAlive) ? undefined : true));
    rmSync(folder, { recursive: true, force: true });
  });

  it('documents the output of every command', () => {
    expect(steps.map(({ command }) => command)).toEqual(runnableBlocks);
    expect(steps[0]?.command).toBe('npm start');
  });

  it.each(steps.map(({ command, output: promised }, index) => ({ step: index + 1, command, promised })))(
    'step $step prints the documented output',
    async ({ step, command, promised }) => {
      let printed = '';
      // A span or a log line may arrive a moment after the response to its request.
      const isPrinted = async (): Promise<true | undefined> => {
        printed = step === 1 ? withTutorialPorts(output) : await run(command);
        return expected.match(promised, printed) || undefined;
      };
      await waitFor(`the output of ${command}`, isPrinted, {
        deadlineMillis: step === 1 ? 100_000 : 20_000,
        intervalMillis: 250,
      }).catch(() => expect(printed).toBe(promised));
    },
  );

  it.each(excerpts)('shows lines of $file in their order', ({ file, lines }) => {
    const source = readFileSync(join(workspace, file), 'utf8').split('\n');
    let from = 0;
    for (const line of lines) {
      const found = source.indexOf(line, from);
      expect({ line, isInSource: found >= from }).toEqual({ line, isInSource: true });
      from = found + 1;
    }
  });

  it('links to files that exist', () => {
    expect(linkedFiles.filter((path) => !existsSync(join(workspace, 'docs', path)))).toEqual([]);
  });
});
