import { DatabaseCall, isTraced } from './database-call.js';
import { followCalls, on } from './channels.js';
import { type Statement, statementsOf } from './statement.js';

/** Message of `ioredis:command` and `node-redis:command`, as both clients document it. */
interface CommandMessage {
  command: string;
  /** ioredis leaves the command out, node-redis begins with it. */
  args: readonly string[];
  database: number;
  serverAddress: string;
  serverPort: number | undefined;
  batchMode?: string;
}

/** Message of `ioredis:batch` and `node-redis:batch`. */
interface BatchMessage extends Omit<CommandMessage, 'command' | 'args'> {
  batchMode: string;
  batchSize: number;
}

/** Traces ioredis 5.11 and newer. */
export const traceIoredis = (): void => traceRedisClient('ioredis');

/** Traces node-redis (`redis`, `@redis/client`) 6 and newer. */
export const traceNodeRedis = (): void => traceRedisClient('node-redis');

const traceRedisClient = (client: string): void => {
  /** Batches whose commands are being sent, which happens before the batch returns to its caller. */
  let batches = 0;
  followCalls(`${client}:command`, (message: CommandMessage) =>
    batches === 0 && isTraced() ? DatabaseCall.begin(commandOf(message)) : undefined,
  );
  followCalls(`${client}:batch`, (message: BatchMessage) => {
    if (!isTraced()) return undefined;
    const call = DatabaseCall.begin(
      statementsOf(targetOf(message)).ofCommand(message.batchMode, message.batchMode),
    );
    if (message.batchSize > 1) call?.span.setAttribute('db.operation.batch.size', message.batchSize);
    return call;
  });
  on(`tracing:${client}:batch:start`, () => batches++);
  on(`tracing:${client}:batch:end`, () => batches--);
};

const targetOf = ({ database, serverAddress, serverPort }: Omit<CommandMessage, 'command' | 'args'>) => ({
  system: 'redis',
  namespace: String(database),
  serverAddress,
  serverPort,
});

/** Commands whose first argument is no key: a script, a password, a setting, a channel. */
const withoutKey =
  /^(?:EVAL|EVALSHA|EVAL_RO|EVALSHA_RO|SCRIPT|FUNCTION|FCALL|FCALL_RO|AUTH|HELLO|ACL|CONFIG|CLIENT|CLUSTER|INFO|ECHO|PING|PUBLISH|SPUBLISH|SUBSCRIBE|PSUBSCRIBE|SCAN|SELECT|XREAD|XREADGROUP)$/;

const MAX_SHOWN_VALUES = 3;

const commandOf = (message: CommandMessage): Statement => {
  const operation = message.command.toUpperCase();
  const { args } = message;
  const first = args[0]?.toUpperCase() === operation ? 1 : 0;
  const shown: string[] = [operation];
  let at = first;
  if (at < args.length && !withoutKey.test(operation)) shown.push(keyPattern(args[at++] ?? ''));
  for (; at < args.length && at - first <= MAX_SHOWN_VALUES; at++) shown.push('?');
  if (at < args.length) shown.push('…');
  return statementsOf(targetOf(message)).ofCommand(operation, shown.join(' '));
};

/**
 * Replaces what follows the names at the beginning of a key, `user:42:cart` by `user:?`. The rest is an ID, which may be that of
 * a session.
 */
const keyPattern = (key: string): string => `${/^(?:[A-Za-z][A-Za-z_-]{0,31}[:./])*/.exec(key)?.[0] ?? ''}?`;
