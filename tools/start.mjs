// `npm start`: builds what has changed, then hands over to the launcher.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onAbandoned, runChild } from './bound-child.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

/** Fulfills once everything is built; ends the process when that fails or is not wanted any more. */
const build = () =>
  new Promise((resolve) => {
    process.stdout.write('Building …');
    const started = performance.now();
    const nx = spawn(
      process.execPath,
      ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--output-style=static'],
      // Its own process group, so that the compilers that it has started end with it.
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    let output = '';
    for (const stream of [nx.stdout, nx.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const cancel = () => {
      try {
        process.kill(-nx.pid, 'SIGTERM');
      } catch {
        // It has just ended.
      }
      process.exit(130);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, cancel);
    const stopWatching = onAbandoned(cancel);
    nx.once('close', (status) => {
      if (status !== 0) {
        process.stdout.write(' failed\n');
        process.stderr.write(output);
        process.exit(1);
      }
      process.stdout.write(` done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
      stopWatching();
      for (const signal of signals) process.off(signal, cancel);
      resolve();
    });
  });

if (!args.includes('--help')) await build();

process.exitCode = await runChild(process.execPath, ['tools/launcher/dist/main.js', ...args], {
  bound: true,
  cwd: root,
});
