/**
 * `nx accuracy @lantern/trace-analysis [--half=tuned|held-out]`: precision and recall of each detector on the corpus of programs
 * with known faults and innocent look-alikes.
 */
import { parseArgs } from 'node:util';
import { measureAccuracy } from '../src/testing/accuracy.ts';
import { CORPUS } from '../src/testing/corpus/corpus.ts';

const { values: options } = parseArgs({
  options: { half: { type: 'string', default: '' }, mistakes: { type: 'boolean', default: false } },
});

for (const { name, cases, conventions } of CORPUS.filter((half) => half.name.includes(options.half))) {
  const accuracy = measureAccuracy(cases, conventions);
  const faulty = cases.filter(({ expected }) => expected.length > 0).length;
  process.stdout.write(`${name}: ${faulty} programs with faults, ${cases.length - faulty} without\n\n`);
  process.stdout.write(
    '| detector | found | missed | wrong | precision | recall |\n| --- | --- | --- | --- | --- | --- |\n',
  );
  for (const { kind, found, missed, wrong, precision, recall, mistakes } of accuracy) {
    process.stdout.write(
      `| ${kind} | ${found} | ${missed} | ${wrong} | ${precision.toFixed(2)} | ${recall.toFixed(2)} |\n`,
    );
    if (options.mistakes) for (const mistake of mistakes) process.stdout.write(`    ${mistake}\n`);
  }
  process.stdout.write('\n');
}
