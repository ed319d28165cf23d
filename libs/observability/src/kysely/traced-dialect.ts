import { type Attributes, type Span, SpanKind, context, trace } from '@opentelemetry/api';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_RESPONSE_STATUS_CODE,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely';
import { errorType } from '../redaction/errors.js';
import { recordFailure } from '../tracing/failure.js';
import { tracer } from '../tracing/run-in-span.js';
import { QuerySummaries } from './query-summary.js';

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
    createDriver: () => new TracedDriver(dialect.createDriver(), new QuerySpans(options)),
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
    private readonly spans: QuerySpans,
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
      traced = new TracedConnection(connection, this.spans);
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
    private readonly spans: QuerySpans,
  ) {
    this.cancelQuery = connection.cancelQuery?.bind(connection);
    this.collectSessionInfo = connection.collectSessionInfo?.bind(connection);
    this.killSession = connection.killSession?.bind(connection);
  }

  async executeQuery<R>(...args: Parameters<DatabaseConnection['executeQuery']>): Promise<QueryResult<R>> {
    const span = this.spans.start(args[0]);
    if (!span) return this.connection.executeQuery<R>(...args);
    try {
      return await this.connection.executeQuery<R>(...args);
    } catch (error) {
      failQuery(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  async *streamQuery<R>(
    ...args: Parameters<DatabaseConnection['streamQuery']>
  ): AsyncIterableIterator<QueryResult<R>> {
    const span = this.spans.start(args[0]);
    try {
      yield* this.connection.streamQuery<R>(...args);
    } catch (error) {
      if (span) failQuery(span, error);
      throw error;
    } finally {
      span?.end();
    }
  }
}

/** Starts the spans of one database. */
class QuerySpans {
  private readonly summaries: QuerySummaries;
  private readonly common: Attributes;
  private readonly fallbackName: string;

  constructor({ system, namespace, serverAddress, serverPort }: TracedDialectOptions) {
    this.summaries = new QuerySummaries(system);
    this.fallbackName = namespace ?? system;
    this.common = {
      [ATTR_DB_SYSTEM_NAME]: system,
      ...(namespace === undefined ? {} : { [ATTR_DB_NAMESPACE]: namespace }),
      ...(serverAddress === undefined ? {} : { [ATTR_SERVER_ADDRESS]: serverAddress }),
      ...(serverPort === undefined ? {} : { [ATTR_SERVER_PORT]: serverPort }),
    };
  }

  /** Undefined if no recorded span is waiting for the result. */
  start(query: CompiledQuery): Span | undefined {
    const parent = context.active();
    if (!trace.getSpan(parent)?.isRecording()) return undefined;
    const { operation, table, text } = this.summaries.of(query);
    const name = [operation, table].filter((part) => part !== undefined).join(' ');
    const attributes: Attributes = { ...this.common, [ATTR_DB_QUERY_TEXT]: text };
    if (operation !== undefined) attributes[ATTR_DB_OPERATION_NAME] = operation;
    if (table !== undefined) attributes[ATTR_DB_COLLECTION_NAME] = table;
    if (name !== '') attributes[ATTR_DB_QUERY_SUMMARY] = name;
    return tracer.startSpan(name || this.fallbackName, { kind: SpanKind.CLIENT, attributes }, parent);
  }
}

const failQuery = (span: Span, error: unknown): void => {
  const status = statusCodeOf(error);
  if (status !== undefined) span.setAttribute(ATTR_DB_RESPONSE_STATUS_CODE, status);
  span.setAttribute(ATTR_ERROR_TYPE, status ?? errorType(error));
  recordFailure(span, error);
};

// node:sqlite keeps SQLite's number in `errcode`; PostgreSQL's SQLSTATE and better-sqlite3's name are in `code`.
const statusCodeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  if (typeof errcode === 'number') return String(errcode);
  return typeof code === 'string' ? code : undefined;
};
