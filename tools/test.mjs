// `npm test`: everything that a change must not break, ending with one line `N passed, N failed` over all suites.
import { execFile, spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = ['apps', 'libs', 'tools'].map((folder) => `${folder}/*/test-results/*.json`);

/** Runs beside the steps, and tells what it found after them: it keeps one core busy for a while. */
const formatCheck = () =>
  new Promise((resolve) => {
    const args = ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'];
    execFile(process.execPath, args, { cwd: root }, (error, stdout, stderr) => {
      resolve({ succeeded: error === null, report: stdout + stderr });
    });
  });

const nx = (title, ...args) => {
  console.log(`\n── ${title} ──`);
  return (
    spawnSync(process.execPath, ['node_modules/nx/dist/bin/nx.js', ...args, '--output-style=static'], {
      cwd: root,
      stdio: 'inherit',
    }).status === 0
  );
};

// What a cached suite counted comes back from the cache; what an earlier run left behind must not.
for (const file of globSync(results, { cwd: root })) rmSync(`${root}/${file}`);

const formatting = formatCheck();
const steps = [
  // Suites wait for processes and timers now and then: more at a time than there are cores.
  nx(
    'Build, lint, types, unit and contract tests',
    ...['run-many', '-t', 'build', 'lint', 'typecheck', 'test', '--parallel=4'],
  ),
  // Two at a time: each e2e suite starts the whole system, on ports of its own.
  nx('Trace and browser tests', 'run-many', '-t', 'e2e', '--parallel=2'),
];
const { succeeded: isFormatted, report } = await formatting;
steps.push(isFormatted);
if (!isFormatted) console.log(`\n── Format: run \`npm run format\` ──\n${report}`);

let passed = 0;
let failed = 0;
for (const file of globSync(results, { cwd: root })) {
  const suite = JSON.parse(readFileSync(`${root}/${file}`, 'utf8'));
  passed += suite.numPassedTests;
  // A suite that could not even be loaded counts as one failure.
  failed += suite.numFailedTests + suite.numRuntimeErrorTestSuites;
}
// A step that fails outside a suite (format, build, lint, types) counts as one failure too.
if (failed === 0) failed = steps.filter((succeeded) => !succeeded).length;

console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
