import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync, transformSync } from '@swc/core';
import { until } from './until.js';

const source = fileURLToPath(new URL('../src', import.meta.url));
const workspaceModules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

const compilerOptions = {
  swcrc: false,
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2023',
    keepClassNames: true,
  },
  module: { type: 'es6' },
} as const;

/** The library compiled into a folder of its own, to be started as a user starts it: in a process, by `--import`. */
export class CompiledLibrary {
  readonly folder = mkdtempSync(join(tmpdir(), 'observability-'));

  constructor() {
    writeFileSync(
      join(this.folder, 'package.json'),
      '{"name": "shop", "version": "1.2.3", "type": "module"}',
    );
    symlinkSync(workspaceModules, join(this.folder, 'node_modules'));
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
      this.write(`library/${file}`, transformFileSync(join(source, file), compilerOptions).code);
    }
  }

  /** Compiles a program, which imports the library as `./library/index.js`. */
  add(name: string, code: string): void {
    this.write(`${name}.ts`, transformSync(code, { ...compilerOptions, filename: `${name}.ts` }).code);
  }

  start(name: string, env: NodeJS.ProcessEnv = {}, nodeOptions: string[] = []): Program {
    return this.startBare(name, env, ['--import', join(this.folder, 'library/register.js'), ...nodeOptions]);
  }

  /** Without the library. */
  startBare(name: string, env: NodeJS.ProcessEnv = {}, nodeOptions: string[] = []): Program {
    return this.run(`${name}.js`, env, nodeOptions);
  }

  /** Starts a file of the folder with the library. */
  startFile(file: string, env: NodeJS.ProcessEnv, { cwd = this.folder } = {}): Program {
    return this.run(file, env, ['--import', join(this.folder, 'library/register.js')], cwd);
  }

  private run(file: string, env: NodeJS.ProcessEnv, nodeOptions: string[], cwd = this.folder): Program {
    return new Program(
      spawn(process.execPath, [...nodeOptions, resolve(this.folder, file)], {
        cwd,
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(file: string, code: string): void {
    const path = join(this.folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
}

export class Program {
  stdout = '';
  stderr = '';
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  /** The lines of JSON that were written so far. */
  lines(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  line(message: string | RegExp): Record<string, unknown> | undefined {
    return this.lines().find((line) =>
      typeof message === 'string' ? line.message === message : message.test(String(line.message)),
    );
  }

  /** Waits for a line; fails with all output when the program ends or takes too long before it. */
  async waitFor(message: string | RegExp): Promise<Record<string, unknown>> {
    try {
      await until(
        String(message),
        () => this.line(message) !== undefined || this.child.exitCode !== null,
        60_000,
      );
    } catch (error) {
      throw new Error(`${String(error)}\n${this.stdout}${this.stderr}`, { cause: error });
    }
    const line = this.line(message);
    if (!line)
      throw new Error(`The program ended without "${String(message)}":\n${this.stdout}${this.stderr}`);
    return line;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
