import { context } from '@opentelemetry/api';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { DatabaseCall, beginSafely, insideCall } from '../database/database-call.js';
import { Statements } from '../database/statement.js';
import { summaryOf } from './query-summary.js';

export interface TracedDialectOptions {
  /** The product, by its name in `db.system.name`: `sqlite`, `postgresql`, `mysql`, `microsoft.sql_server`, … */
  system: string;
  /** The database within the product, or its file. Becomes `db.namespace`. */
  namespace?: string;
  /** Address of the database server, if there is one. */
  serverAddress?: string;
  serverPort?: number;
}

/**
 * Wraps a Kysely dialect so that each query makes one CLIENT span, `SELECT users`, by the conventions for databases:
 * https://opentelemetry.io/docs/specs/semconv/db/database-spans/. Its text contains no values. Queries outside of a
 * recorded span (migrations, health checks) and the driver's own BEGIN, COMMIT and savepoints make none.
 */
export const tracedDialect = (dialect: Dialect, options: TracedDialectOptions): Dialect => {
  return {
    createDriver: () => new TracedDriver(dialect.createDriver(), new Statements(options)),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
  };
};

/** Returns traced connections to callers, and the original connections to the wrapped driver. */
class TracedDriver implements Driver {
  /** One for each connection of a pool: Kysely recognises a connection by its identity. */
  private readonly traced = new WeakMap<DatabaseConnection, TracedConnection>();
  readonly savepoint: Driver['savepoint'];
  readonly rollbackToSavepoint: Driver['rollbackToSavepoint'];
  readonly releaseSavepoint: Driver['releaseSavepoint'];

  constructor(
    private readonly driver: Driver,
    private readonly statements: Statements,
  ) {
    // Kysely asks whether a driver has them.
    this.savepoint = onOwnConnection(driver.savepoint?.bind(driver));
    this.rollbackToSavepoint = onOwnConnection(driver.rollbackToSavepoint?.bind(driver));
    this.releaseSavepoint = onOwnConnection(driver.releaseSavepoint?.bind(driver));
  }

  init(...options: Parameters<Driver['init']>): Promise<void> {
    return this.driver.init(...options);
  }

  async acquireConnection(...options: Parameters<Driver['acquireConnection']>): Promise<DatabaseConnection> {
    const connection = await this.driver.acquireConnection(...options);
    let traced = this.traced.get(connection);
    if (!traced) {
      traced = new TracedConnection(connection, this.statements);
      this.traced.set(connection, traced);
    }
    return traced;
  }

  beginTransaction(...[connection, settings]: Parameters<Driver['beginTransaction']>): Promise<void> {
    return this.driver.beginTransaction(own(connection), settings);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return this.driver.commitTransaction(own(connection));
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return this.driver.rollbackTransaction(own(connection));
  }

  releaseConnection(...[connection, ...options]: Parameters<Driver['releaseConnection']>): Promise<void> {
    return this.driver.releaseConnection(own(connection), ...options);
  }

  destroy(...options: Parameters<Driver['destroy']>): Promise<void> {
    return this.driver.destroy(...options);
  }
}

const own = (connection: DatabaseConnection): DatabaseConnection =>
  connection instanceof TracedConnection ? connection.connection : connection;

const onOwnConnection = (command: Driver['savepoint']): Driver['savepoint'] => {
  return command && ((connection, ...rest) => command(own(connection), ...rest));
};

class TracedConnection implements DatabaseConnection {
  readonly cancelQuery: DatabaseConnection['cancelQuery'];
  readonly collectSessionInfo: DatabaseConnection['collectSessionInfo'];
  readonly killSession: DatabaseConnection['killSession'];

  constructor(
    readonly connection: DatabaseConnection,
    private readonly statements: Statements,
  ) {
    this.cancelQuery = connection.cancelQuery?.bind(connection);
    this.collectSessionInfo = connection.collectSessionInfo?.bind(connection);
    this.killSession = connection.killSession?.bind(connection);
  }

  async executeQuery<R>(...args: Parameters<DatabaseConnection['executeQuery']>): Promise<QueryResult<R>> {
    const call = this.begin(args[0]);
    if (!call) return this.connection.executeQuery<R>(...args);
    try {
      const result = await context.with(insideCall(context.active()), () =>
        this.connection.executeQuery<R>(...args),
      );
      call.end();
      return result;
    } catch (error) {
      call.end(error);
      throw error;
    }
  }

  async *streamQuery<R>(
    ...args: Parameters<DatabaseConnection['streamQuery']>
  ): AsyncIterableIterator<QueryResult<R>> {
    const call = this.begin(args[0]);
    const inside = insideCall(context.active());
    let failure: unknown;
    try {
      const rows = this.connection.streamQuery<R>(...args)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await context.with(inside, () => rows.next());
          if (next.done) return;
          yield next.value;
        }
      } finally {
        await rows.return?.();
      }
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      call?.end(failure);
    }
  }

  private begin(query: CompiledQuery): DatabaseCall | undefined {
    return beginSafely(() => DatabaseCall.begin(this.statements.of(query.sql, () => summaryOf(query))));
  }
}
