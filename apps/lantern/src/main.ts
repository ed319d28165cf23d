import { setFlagsFromString } from 'node:v8';
import { FolderError } from '@lantern/telemetry-store';
import { renderCard } from './command/card.js';
import { formatHelp, parseCommand } from './command/options.js';
import { UsageError } from './command/usage-error.js';
import { ClientError } from './assistant/lantern-client.js';
import { ConfigError, readConfig } from './config.js';
import { ListenError } from './transport/server/listen.js';
import { startLantern } from './lantern.js';
import { StrategiesFileError } from './sampling/strategies-file.js';
import { LANTERN_VERSION } from './version.js';
import { YamlFileError } from './yaml/yaml-file-error.js';

// Limits garbage to twice of what is alive, rather than to three times as much. See docs/decisions/036-a-small-young-generation.md.
setFlagsFromString('--heap-growing-percent=200');

const print = (text: string) => process.stdout.write(`${text}\n`);
const report = (text: string) => process.stderr.write(`${text}\n`);

/** A terminal or pipe that has closed takes no more messages. Without a listener the next one would end the process. */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

/** Errors that the operator can fix. Their messages name the remedy, so no stack is printed. */
const EXPECTED = [
  ClientError,
  ConfigError,
  FolderError,
  ListenError,
  StrategiesFileError,
  UsageError,
  YamlFileError,
];

const start = async (env: Readonly<Record<string, string | undefined>>): Promise<void> => {
  const config = readConfig(env);
  const lantern = await startLantern(config, { report });
  print(
    renderCard(LANTERN_VERSION, lantern.urls, {
      dataDir: config.dataDir,
      needsToken: config.token !== undefined,
    }),
  );
  // A process that started this one over IPC waits for it, and learns which ports were free.
  process.send?.({ type: 'ready', urls: lantern.urls });

  const stop = (): void => {
    lantern.close().then(
      () => process.exit(0),
      (error: unknown) => {
        report(`Lantern did not stop cleanly: ${String(error)}`);
        process.exit(1);
      },
    );
  };
  // Once: a second signal ends the process at once, as is the custom.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  // The process that started this one over IPC has ended, so it can no longer stop it.
  process.once('disconnect', stop);
  if (process.send !== undefined && !process.connected) stop();
};

/** Loads the commands that ask a running Lantern; Lantern itself does without them. */
const loadQueryCommands = () => import('./command/query-command.js');

/** Runs a command that asks a running Lantern. Returns false if the arguments begin with no such command. */
const ask = async (args: readonly string[]): Promise<boolean> => {
  const [name = '-'] = args;
  if (name.startsWith('-')) return false;
  if (name === 'env') {
    const { envCommand } = await import('./command/env-command.js');
    print(await envCommand(args.slice(1), process.env));
    return true;
  }
  // Without the two dashes, `run` stores a run of the traces.
  if (name === 'run' && args[1] === '--') {
    const { runCommand } = await import('./command/run-command.js');
    process.exitCode = await runCommand(args.slice(2), process.env, report);
    return true;
  }
  const { colored, isQueryCommand, runQueryCommand } = await loadQueryCommands();
  if (!isQueryCommand(args)) return false;
  const text = await runQueryCommand(args, process.env, (criteria) => {
    report(`The runs differ by ${criteria.join(', ')}.`);
    process.exitCode = 2;
  });
  if (text !== undefined) print(process.stdout.isTTY && !args.includes('--json') ? colored(text) : text);
  return true;
};

try {
  const args = process.argv.slice(2);
  if (!(await ask(args))) {
    const { action, env } = parseCommand(args);
    if (action === 'help') print(formatHelp((await loadQueryCommands()).QUERY_HELP));
    else if (action === 'version') print(LANTERN_VERSION);
    else await start({ ...process.env, ...env });
  }
} catch (error) {
  if (!(error instanceof Error && EXPECTED.some((expected) => error instanceof expected))) throw error;
  report(error.message);
  process.exitCode = 1;
}
