/**
 * `nx fuzz lantern`: hostile clients against a Lantern with a heap of 512 MB, for ten minutes.
 *
 *   --minutes=10   how long
 *   --seed=7       repeats a run; without it each run has another one
 *   --steps=3,14   runs these steps alone: a failed run prints the line to repeat it
 */
import { parseArgs } from 'node:util';
import { describeTurn, fuzz, mebibytes, type Breach, type FuzzResult } from './run.ts';
import { stepAt } from './steps.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    steps: { type: 'string' },
    /** Counts the breaches of a whole run, each by the steps that ran, rather than stop at the first one. */
    survey: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const seed = Number(values.seed);
const durationMillis = Number(values.minutes) * 60_000;
const isDurable = seed % 2 === 0;

function* countedFrom(first: number): Generator<number> {
  for (let index = first; ; index++) yield index;
}

const attempt = (steps: Iterable<number>, millis = durationMillis): Promise<FuzzResult> =>
  fuzz({ seed, steps, durationMillis: millis, isDurable, isProfiled: true });

const describe = (index: number): string => `  ${index}  ${stepAt(seed, index).name}`;

const printBreach = ({ message, running, stacks }: Breach): void => {
  print(`\nFailed: ${message.split('\n').slice(0, 12).join('\n')}\n\nSteps that ran at that time:`);
  for (const index of running) print(describe(index));
  if (stacks.length > 0) print('\nCall stacks of that turn, innermost function first:');
  for (const stack of stacks) print(`  ${stack}`);
};

/** Tries ever longer parts of the steps that ran before a breach, so that the sequence to look at is short. */
const shrink = async (running: readonly number[], before: readonly number[]): Promise<readonly number[]> => {
  for (let kept = 0; kept < before.length; kept = Math.max(4, kept * 4)) {
    const steps = [...before.slice(before.length - kept), ...running];
    if ((await attempt(steps, 60_000)).breach) return steps;
  }
  return [...before, ...running];
};

const survey = async (): Promise<void> => {
  const end = Date.now() + durationMillis;
  let first = 0;
  while (Date.now() < end) {
    const { breach, stepCount } = await attempt(countedFrom(first), end - Date.now());
    first += stepCount;
    if (!breach) continue;
    printBreach(breach);
  }
};

const run = async (): Promise<void> => {
  print(`seed ${seed}, ${isDurable ? 'in a data folder' : 'in memory'}`);
  const steps = values.steps === undefined ? countedFrom(0) : values.steps.split(',').map(Number);
  const { breach, stepCount, cheapRequests, longestTurn, greatestRss } = await attempt(steps);
  print(
    `${stepCount} steps; ${cheapRequests} cheap requests; RSS at most ${mebibytes(greatestRss)} MiB; ` +
      `longest turn of the event loop ${longestTurn ? describeTurn(longestTurn) : 'none'}`,
  );
  if (!breach) return;
  process.exitCode = 1;
  printBreach(breach);
  if (values.steps !== undefined) return;
  const shortest = await shrink(breach.running, breach.before);
  print(`\nRepeat with: npx nx fuzz lantern --seed=${seed} --steps=${shortest.join()}`);
};

await (values.survey ? survey() : run());
