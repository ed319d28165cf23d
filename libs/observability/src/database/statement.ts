import { type Attributes, SpanKind, type SpanOptions } from '@opentelemetry/api';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_NAMESPACE,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions';
import { type SqlSummary, summarizeSql, withoutLiterals } from './sql-text.js';

/** Database that statements are sent to. */
export interface DatabaseTarget {
  /** Product, by its name in `db.system.name`: `sqlite`, `postgresql`, `mysql`, `redis`, … */
  system: string;
  /** Database within the product, or its file. Becomes `db.namespace`. */
  namespace?: string | undefined;
  /** Address of the database server, if there is one. */
  serverAddress?: string | undefined;
  serverPort?: number | undefined;
}

/** Span of a statement, prepared once for all its executions. */
export interface Statement {
  name: string;
  options: SpanOptions;
  /** Verb of a command that begins, ends or divides a transaction; undefined for all other statements. */
  transaction: string | undefined;
}

/** Maximum number of statements remembered for one target. An application has few, unless it builds texts from values. */
const MAX_REMEMBERED = 500;

/** Maximum length of a text that is remembered, in characters, so that bulk inserts do not stay in memory. */
const MAX_REMEMBERED_LENGTH = 8192;

const transactionCommand = /^\s*(?:START\s+TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b/i;

/** Returns the verb of a command of a transaction, which PostgreSQL and MySQL begin in two ways. */
const transactionVerb = (sql: string): string | undefined => {
  const found = transactionCommand.exec(sql)?.[0].trim().toUpperCase();
  return found?.startsWith('START') === true ? 'BEGIN' : found;
};

/** Attributes of the target, by the conventions: https://opentelemetry.io/docs/specs/semconv/db/database-spans/ */
export const targetAttributes = (target: DatabaseTarget): Attributes => {
  const { system, namespace, serverAddress, serverPort } = target;
  return {
    [ATTR_DB_SYSTEM_NAME]: system,
    ...(namespace === undefined ? {} : { [ATTR_DB_NAMESPACE]: namespace }),
    ...(serverAddress === undefined ? {} : { [ATTR_SERVER_ADDRESS]: serverAddress }),
    ...(serverPort === undefined ? {} : { [ATTR_SERVER_PORT]: serverPort }),
  };
};

/** Statements of one target by their text. */
export class Statements {
  private readonly remembered = new Map<string, Statement>();
  private readonly common: Attributes;

  constructor(readonly target: DatabaseTarget) {
    this.common = targetAttributes(target);
  }

  /** @param known summary from a better source than the text */
  of(sql: string, known?: () => Partial<SqlSummary>): Statement {
    return (
      this.remembered.get(sql) ??
      this.remember(sql, () => ({ ...summarizeSql(sql, this.target.system), ...known?.() }))
    );
  }

  /** Returns the statement of a text into which the driver has written the values. */
  ofFilled(sql: string): Statement {
    return this.of(withoutLiterals(sql, this.target.system));
  }

  /** Returns the statement of a command that is no SQL. The text must contain no values. */
  ofCommand(operation: string, text: string): Statement {
    return this.remembered.get(text) ?? this.remember(text, () => ({ operation, table: undefined, text }));
  }

  /** Returns the statement of an operation that has no text. */
  ofOperation(operation: string, collection: string | undefined): Statement {
    const key = `${operation} ${collection ?? ''}`;
    return this.remembered.get(key) ?? this.remember(key, () => ({ operation, table: collection, text: '' }));
  }

  private remember(key: string, summarize: () => SqlSummary): Statement {
    const statement = this.prepare(summarize(), key);
    if (key.length > MAX_REMEMBERED_LENGTH) return statement;
    if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
    this.remembered.set(key, statement);
    return statement;
  }

  private prepare({ operation, table, text }: SqlSummary, sql: string): Statement {
    const summary = [operation, table].filter((part) => part !== undefined).join(' ');
    const attributes: Attributes = { ...this.common };
    if (text !== '') attributes[ATTR_DB_QUERY_TEXT] = text;
    if (operation !== undefined) attributes[ATTR_DB_OPERATION_NAME] = operation;
    if (table !== undefined) attributes[ATTR_DB_COLLECTION_NAME] = table;
    if (summary !== '') attributes[ATTR_DB_QUERY_SUMMARY] = summary;
    return {
      name: summary || (this.target.namespace ?? this.target.system),
      options: { kind: SpanKind.CLIENT, attributes },
      transaction: transactionVerb(sql),
    };
  }
}

/** Maximum number of targets. Services have few; one that makes a database for each tenant reuses the places. */
const MAX_TARGETS = 100;

const targets = new Map<string, Statements>();

/** Most services have one target for each driver, so the last one is compared before a key is built. */
let recent: Statements | undefined;

/** Returns the statements of a target, which all connections to it share. */
export const statementsOf = (target: DatabaseTarget): Statements => {
  if (recent && isSameTarget(recent.target, target)) return recent;
  const { system, namespace = '', serverAddress = '', serverPort = '' } = target;
  const key = `${system} ${serverAddress}:${serverPort}/${namespace}`;
  let statements = targets.get(key);
  if (!statements) {
    if (targets.size >= MAX_TARGETS) targets.clear();
    statements = new Statements(target);
    targets.set(key, statements);
  }
  recent = statements;
  return statements;
};

const isSameTarget = (one: DatabaseTarget, other: DatabaseTarget): boolean =>
  one.system === other.system &&
  one.namespace === other.namespace &&
  one.serverAddress === other.serverAddress &&
  one.serverPort === other.serverPort;
