// `npm test`: all checks of the workspace. The last line is `N passed, N failed` over all suites.
import { execFile, spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = ['apps', 'libs', 'tools'].map((folder) => `${folder}/*/test-results/*.json`);

/** Checks the format concurrently with the steps, because it needs only one core. */
const formatCheck = () =>
  new Promise((resolve) => {
    const args = ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'];
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ succeeded: error === null, report: stdout + stderr });
    });
  });

const nx = (title, ...args) => {
  console.log(`\n── ${title} ──`);
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/nx/dist/bin/nx.js', ...args, '--output-style=static'],
    { cwd: root, stdio: 'inherit' },
  );
  return { title, succeeded: status === 0 };
};

// Nx restores the results of cached suites. Results of an earlier run must not be counted.
for (const file of globSync(results, { cwd: root })) rmSync(`${root}/${file}`);

const formatting = formatCheck();
const steps = [
  // More tasks than cores, because suites often wait for processes and timers.
  nx(
    'Build, lint, types, unit and contract tests',
    ...['run-many', '-t', 'build', 'lint', 'typecheck', 'test', 'knip', 'publint', '--parallel=4'],
  ),
  // Two at a time: each e2e suite starts the whole system, on its own ports.
  nx('Trace and browser tests', 'run-many', '-t', 'e2e', '--parallel=2'),
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
