// `npm start`: builds what has changed, then hands over to the launcher.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

const build = () => {
  process.stdout.write('Building …');
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--output-style=static'],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) {
    process.stdout.write(' failed\n');
    process.stderr.write(stdout + stderr);
    process.exit(1);
  }
  process.stdout.write(` done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
};

if (!args.includes('--help')) build();

const launcher = spawn(process.execPath, ['tools/launcher/dist/main.js', ...args], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => launcher.kill(signal));
}
launcher.on('exit', (code) => process.exit(code ?? 1));
