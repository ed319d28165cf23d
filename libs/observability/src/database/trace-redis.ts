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

/** Redis has 16 databases by default. */
const databases: string[] = Array.from({ length: 16 }, (_each, at) => String(at));

const targetOf = ({ database, serverAddress, serverPort }: Omit<CommandMessage, 'command' | 'args'>) => ({
  system: 'redis',
  namespace: databases[database] ?? String(database),
  serverAddress,
  serverPort,
});

/** Commands whose first argument is no key: a script, a password, a setting, a channel. */
const WITHOUT_KEY = new Set([
  ...[
    'EVAL',
    'EVALSHA',
    'EVAL_RO',
    'EVALSHA_RO',
    'SCRIPT',
    'FUNCTION',
    'FCALL',
    'FCALL_RO',
    'AUTH',
    'HELLO',
    'ACL',
  ],
  ...[
    'CONFIG',
    'CLIENT',
    'CLUSTER',
    'INFO',
    'ECHO',
    'PING',
    'PUBLISH',
    'SPUBLISH',
    'SUBSCRIBE',
    'PSUBSCRIBE',
    'SCAN',
  ],
  ...['SELECT', 'XREAD', 'XREADGROUP'],
]);

/** Shown instead of values, by their number. */
const VALUES = ['', ' ?', ' ? ?', ' ? ? ?', ' ? ? ? ?'];
const MORE_VALUES = ' ? ? ? …';

const commandOf = (message: CommandMessage): Statement => {
  const { command, args } = message;
  const operation = command.toUpperCase();
  let at = args.length > 0 && args[0]?.toUpperCase() === operation ? 1 : 0;
  const key = at < args.length && !WITHOUT_KEY.has(operation) ? ` ${namesOf(args[at++] ?? '')}?` : '';
  const text = `${operation}${key}${VALUES[args.length - at] ?? MORE_VALUES}`;
  return statementsOf(targetOf(message)).ofCommand(operation, text);
};

const MAX_NAME_LENGTH = 32;

/**
 * Returns the names at the beginning of a key, `user:` of `user:42:cart`. What follows is an ID, which may be that of a session.
 */
const namesOf = (key: string): string => {
  let end = 0;
  for (let at = 0; at - end <= MAX_NAME_LENGTH && at < key.length; at++) {
    const code = key.charCodeAt(at);
    const isLetter = (code | 32) >= 97 && (code | 32) <= 122;
    if (isLetter || (at > end && (code === 95 || code === 45))) continue;
    const isSeparator = code === 58 || code === 46 || code === 47;
    if (!isSeparator || at === end) break;
    end = at + 1;
  }
  return key.slice(0, end);
};
