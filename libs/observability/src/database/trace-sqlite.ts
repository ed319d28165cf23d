import { DatabaseCall, beginSafely } from './database-call.js';
import { isPatched, markPatched } from './patched.js';
import { type Statements, statementsOf } from './statement.js';

type AnyFunction = (this: object, ...args: unknown[]) => unknown;

/** Prepared statements and their text. */
interface Prepared {
  sql: string;
  statements: Statements;
}

const prepared = new WeakMap<object, Prepared>();

const executions = ['run', 'get', 'all'] as const;

/**
 * Traces the databases of `better-sqlite3` or `node:sqlite`, given its module: one CLIENT span for each execution of a prepared
 * statement and each `exec()`. Returns false for any other module.
 */
export const traceSqlite = (library: object): boolean => {
  const Database = databaseOf(library);
  if (!Database) return false;
  const prototype = Database.prototype as Record<string, unknown>;
  patch(prototype, 'prepare', (prepare) => {
    return function (...args) {
      const statement = prepare.apply(this, args) as object;
      prepared.set(statement, { sql: String(args[0]), statements: statementsOfDatabase(this) });
      traceStatement(Object.getPrototypeOf(statement) as Record<string, unknown>);
      return statement;
    };
  });
  patch(prototype, 'exec', (exec) => {
    return function (...args) {
      return run(exec, this, args, { sql: String(args[0]), statements: statementsOfDatabase(this) });
    };
  });
  return true;
};

const databaseOf = (library: object): { prototype: object } | undefined => {
  const { DatabaseSync } = library as { DatabaseSync?: { prototype: object } };
  const candidate = DatabaseSync ?? (library as { prototype?: object });
  const methods = candidate.prototype as Record<string, unknown> | undefined;
  const isDatabase = typeof methods?.prepare === 'function' && typeof methods.exec === 'function';
  return isDatabase ? (candidate as { prototype: object }) : undefined;
};

const traceStatement = (prototype: Record<string, unknown>): void => {
  for (const name of executions) {
    patch(prototype, name, (execute) => {
      return function (...args) {
        const known = prepared.get(this);
        return known ? run(execute, this, args, known) : execute.apply(this, args);
      };
    });
  }
};

const run = (execute: AnyFunction, self: object, args: unknown[], { sql, statements }: Prepared): unknown => {
  const call = beginSafely(() => DatabaseCall.begin(statements.of(sql)));
  if (!call) return execute.apply(self, args);
  try {
    const result = execute.apply(self, args);
    call.end();
    return result;
  } catch (error) {
    call.end(error);
    throw error;
  }
};

const statementsOfDatabase = (database: object): Statements => {
  const { name, location } = database as { name?: unknown; location?: () => string | null };
  const file = typeof name === 'string' ? name : (location?.call(database) ?? undefined);
  return statementsOf({ system: 'sqlite', namespace: file === undefined ? undefined : fileName(file) });
};

const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const patch = (
  prototype: Record<string, unknown>,
  name: string,
  wrap: (method: AnyFunction) => AnyFunction,
): void => {
  const method = prototype[name];
  if (typeof method !== 'function' || isPatched(method)) return;
  const traced = wrap(method as AnyFunction);
  markPatched(traced);
  prototype[name] = traced;
};
