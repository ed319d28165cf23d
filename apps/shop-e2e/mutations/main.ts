// Shows that the trace tests catch faults: `nx mutations @lantern/shop-e2e`. Breaks the built shop in one place at a time, runs the
// tests, and restores it. Fails when a fault is not caught.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Mutation {
  readonly fault: string;
  /** Built files of a project, from the root of the workspace, and the text in one of them that is replaced. */
  readonly files: string;
  readonly from: string;
  readonly to: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    fault: 'B3 headers are not propagated',
    files: 'libs/observability/dist/**/*.js',
    from: `DEFAULT_PROPAGATORS = "b3multi,tracecontext,baggage"`,
    to: `DEFAULT_PROPAGATORS = "tracecontext,baggage"`,
  },
  {
    fault: 'a failed payment is swallowed',
    files: 'apps/order-service/dist/**/*.js',
    from: 'if (!(error instanceof PaymentGatewayTimeout)) throw error;\n            this.logger',
    to: 'if (error instanceof PaymentGatewayTimeout) return;\n            this.logger',
  },
  {
    fault: 'a query is sent twice',
    files: 'apps/user-service/dist/**/*.js',
    from: 'const row = await',
    to: `await this.database.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();\n        const row = await`,
  },
  {
    fault: 'log lines lose the trace ID',
    files: 'libs/observability/dist/**/*.js',
    from: 'line.trace_id = spanContext.traceId;',
    to: '',
  },
];

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const project = fileURLToPath(new URL('../', import.meta.url));
const results = new URL('../test-results/mutations.json', import.meta.url);

/** Test files that read like the tutorial. */
const TESTS = ['order', 'failed-payment', 'propagation', 'traces-and-logs'];

interface Results {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs the trace tests; returns the names of those that failed. */
const failedTests = (): string[] => {
  const args = [
    '../../tools/jest.mjs',
    'mutations',
    '--ci',
    '--silent',
    ...TESTS.map((name) => `src/${name}.e2e.ts`),
  ];
  const { stderr } = spawnSync(process.execPath, args, { cwd: project, encoding: 'utf8' });
  const { testResults } = JSON.parse(readFileSync(results, 'utf8')) as Results;
  if (testResults.length === 0) throw new Error(`The tests did not run:\n${stderr}`);
  return testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
};

/** Returns the built file that has the text of a mutation. */
const placeOf = ({ fault, files, from }: Mutation): string => {
  const place = globSync(files, { cwd: workspace })
    .map((file) => join(workspace, file))
    .find((file) => readFileSync(file, 'utf8').includes(from));
  if (place !== undefined) return place;
  throw new Error(`${files} do not contain the text of "${fault}": build them, or adapt the mutation.`);
};

const places = new Map(MUTATIONS.map((mutation) => [mutation, placeOf(mutation)]));
const withoutFault = failedTests();
if (withoutFault.length > 0) throw new Error(`Tests fail without a fault:\n${withoutFault.join('\n')}`);

const rows: string[] = [];
for (const [{ fault, from, to }, place] of places) {
  const built = readFileSync(place, 'utf8');
  writeFileSync(place, built.replace(from, to));
  try {
    const [first, ...others] = failedTests();
    if (first === undefined) process.exitCode = 1;
    rows.push(
      `| ${fault} | ${first === undefined ? '**not caught**' : `${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`} |`,
    );
  } finally {
    writeFileSync(place, built);
  }
}
process.stdout.write(`${['| fault | failing test |', '| --- | --- |', ...rows].join('\n')}\n`);
