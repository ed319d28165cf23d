// `npm test`: all checks of the workspace. The last line is `N passed, N failed` over all suites.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = ['apps', 'libs', 'tools'].map((folder) => `${folder}/*/test-results/*.json`);

/** Lint and types have two programs: of all projects that run in Node, and of each that runs in a browser. */
const CHECKS = [
  ...['lint:node', 'lint:browser', 'typecheck:node', 'typecheck:browser'],
  ...['test', 'knip', 'publint'],
];

/** Node keeps the code that it has compiled, for the hundreds of processes that load the same modules. */
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'node'), ...process.env };

/** Checks the format concurrently with the steps, because it needs only one core. Unchanged files are not read again. */
const formatCheck = () =>
  new Promise((resolve) => {
    const cache = ['--cache', '--cache-strategy=content'];
    const args = ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...cache, '.'];
    execFile(process.execPath, args, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ succeeded: error === null, report: stdout + stderr });
    });
  });

/** Runs targets of all projects; each prints its report when it ends. */
const nx = async (title, ...args) => {
  console.log(`\n── ${title} ──`);
  const [status] = await once(
    spawn(
      process.execPath,
      ['node_modules/nx/dist/bin/nx.js', 'run-many', ...args, '--output-style=static'],
      {
        cwd: root,
        env,
        stdio: 'inherit',
      },
    ),
    'exit',
  );
  return { title, succeeded: status === 0 };
};

// Nx restores the results of cached suites. Results of an earlier run must not be counted.
for (const file of globSync(results, { cwd: root })) rmSync(`${root}/${file}`);

const formatting = formatCheck();
const build = await nx('Build', '-t', 'build', '--parallel=3');
// Suites that start a browser or processes often wait for them; the other checks use the CPU in that time. Each of the first two
// lanes runs one suite at a time, because its tests have deadlines.
const steps = [
  build,
  ...(build.succeeded
    ? await Promise.all([
        nx('Browser tests', '-t', 'e2e', '-p', '@lantern/lantern-e2e'),
        nx('Trace and package tests', '-t', 'e2e', '--exclude', '@lantern/lantern-e2e', '--parallel=1'),
        nx('Lint, types, unit and contract tests', '-t', ...CHECKS, '--parallel=2'),
      ])
    : []),
];
const { succeeded, report } = await formatting;
steps.push({ title: 'Format', succeeded });
if (!succeeded) console.log(`\n── Format: run \`npm run format\` ──\n${report}`);

let passed = 0;
const failures = [];
for (const file of globSync(results, { cwd: root })) {
  const suite = JSON.parse(readFileSync(`${root}/${file}`, 'utf8'));
  passed += suite.numPassedTests;
  for (const { name, message, assertionResults } of suite.testResults) {
    const place = relative(root, name);
    const failedTests = assertionResults.filter(({ status }) => status === 'failed');
    for (const { fullName, failureMessages } of failedTests) {
      failures.push(`${place}: ${fullName}\n${failureMessages.join('\n')}`);
    }
    // A suite that could not be loaded has no failed tests: it counts as one failure.
    if (failedTests.length === 0 && message !== '') failures.push(`${place}\n${message}`);
  }
}
// A step that fails outside of a suite (format, build, lint, types) has printed its report above.
if (failures.length === 0)
  failures.push(...steps.filter(({ succeeded }) => !succeeded).map(({ title }) => title));

// Repeated at the end: the reports above have thousands of lines, and a CI may show only the last hundred.
if (failures.length > 0) console.log(`\n── Failed ──\n\n${failures.join('\n\n')}`);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
