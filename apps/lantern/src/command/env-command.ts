import { parseArgs } from 'node:util';
import { SENDERS, formatSenderSetup, senderSetup, type Sender } from '@lantern/query-api/senders';
import { findRunningLantern, type Environment } from './running-lantern-endpoints.js';
import { UsageError } from './usage-error.js';

const DEFAULT_OTLP = 'http://localhost:4318';

const isSender = (name: string): name is Sender => Object.hasOwn(SENDERS, name);

/**
 * Returns the lines to copy so that a program sends its spans: `env --lang python`. The address is that of the Lantern that answers,
 * or the default.
 *
 * @throws {UsageError}
 */
export const envCommand = async (args: readonly string[], env: Environment): Promise<string> => {
  const lang = langOf(args);
  if (!isSender(lang))
    throw new UsageError(`--lang is one of ${Object.keys(SENDERS).join(', ')}, not ${lang}.`);
  const running = await findRunningLantern(env);
  const { LANTERN_TOKEN: token = '' } = env;
  const setup = senderSetup(lang, { otlp: running?.otlp ?? DEFAULT_OTLP, needsToken: token !== '' });
  return formatSenderSetup(setup);
};

/** @throws {UsageError} */
const langOf = (args: readonly string[]): string => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { lang: { type: 'string' } },
    });
    return values.lang ?? positionals[0] ?? 'node';
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
};
