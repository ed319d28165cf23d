// `npm start`: builds changed projects, then runs the launcher.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { onAbandoned, runChild } from './bound-child.mjs';
import { reportProgress } from './progress.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);

/** Builds changed projects. Ends the process if the build fails or is interrupted. */
const build = () =>
  new Promise((resolve) => {
    console.log('Building changed projects …');
    const started = performance.now();
    const nx = spawn(
      process.execPath,
      ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--output-style=static'],
      // Its own process group, so that a signal reaches the compilers too.
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    );
    let output = '';
    // Nx prints a heading for each task that has ended.
    const stopReporting = reportProgress(() => `${output.match(/^> nx run /gm)?.length ?? 0} projects built`);
    for (const stream of [nx.stdout, nx.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const cancel = () => {
      try {
        process.kill(-nx.pid, 'SIGTERM');
      } catch {
        // The build has already ended.
      }
      process.exit(130);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, cancel);
    const stopWatching = onAbandoned(cancel);
    nx.once('close', (status) => {
      stopReporting();
      if (status !== 0) {
        console.log('The build failed:');
        process.stderr.write(output);
        process.exit(1);
      }
      console.log(`Built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
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
