import { type Context, context } from '@opentelemetry/api';
import { followCalls, on, restoreContext } from './channels.js';
import { DatabaseCall, isTraced } from './database-call.js';
import { statementsOf } from './statement.js';

/** Message of `mysql2:query` and `mysql2:execute`, as the driver documents it. */
interface QueryMessage {
  query: string;
  database: string;
  serverAddress: string;
  serverPort: number | undefined;
  [outerKey]?: Context;
}

interface PoolMessage {
  [outerKey]?: Context;
  [askedAtKey]?: number;
}

const outerKey = Symbol('context of the caller');
const askedAtKey = Symbol('when the connection was asked for');

/** Traces mysql2 3.22 and newer: statements, and the time until the pool had a connection. */
export const traceMysql2 = (): void => {
  /** Wait of the connection that is handed out at this moment. A pool sends its query in the same turn. */
  let poolWaitMillis: number | undefined;

  const begin = (message: QueryMessage, isFilled: boolean): DatabaseCall | undefined => {
    message[outerKey] = context.active();
    const wait = poolWaitMillis;
    poolWaitMillis = undefined;
    if (!isTraced()) return undefined;
    const { query, database, serverAddress, serverPort } = message;
    const statements = statementsOf({
      system: 'mysql',
      namespace: database === '' ? undefined : database,
      serverAddress,
      serverPort,
    });
    return DatabaseCall.begin(isFilled ? statements.ofFilled(query) : statements.of(query), wait);
  };
  followCalls('mysql2:query', (message: QueryMessage) => begin(message, true));
  followCalls('mysql2:execute', (message: QueryMessage) => begin(message, false));

  on('tracing:mysql2:pool:connect:start', (message: PoolMessage) => {
    message[outerKey] = context.active();
    message[askedAtKey] = performance.now();
  });
  on('tracing:mysql2:pool:connect:asyncStart', ({ [askedAtKey]: askedAt }: PoolMessage) => {
    poolWaitMillis = askedAt === undefined ? undefined : performance.now() - askedAt;
  });
  on('tracing:mysql2:pool:connect:asyncEnd', () => (poolWaitMillis = undefined));

  for (const name of ['mysql2:query', 'mysql2:execute', 'mysql2:pool:connect']) {
    restoreContext(name, (message: PoolMessage) => message[outerKey]);
  }
};
