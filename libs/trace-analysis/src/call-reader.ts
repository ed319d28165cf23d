import { SpanKind } from '@lantern/telemetry-model';
import type { Call } from './call.js';
import type { SpanFields } from './span-fields.js';
import { StatementParser, type Statement } from './sql/statement.js';
import type { TraceFacts } from './trace-facts.js';
import { urlTarget } from './url-target.js';

type SpansAndFields = Pick<TraceFacts, 'fields' | 'owner' | 'kind' | 'operation' | 'service' | 'receiverOf'>;

/** Statements of databases that speak no SQL, and commands that only read. */
const READ_COMMAND =
  /^(?:get|mget|hget|hmget|hgetall|exists|ttl|smembers|sismember|lrange|zrange|zscore|scan|find|findone|aggregate|count|distinct|query|search|getitem|batchgetitem|select)\b/i;

/** Statements that open or close a transaction. */
const SESSION_VERBS = new Set(['BEGIN', 'COMMIT', 'ROLLBACK', 'SAVEPOINT']);

/** Databases whose commands are no SQL, although some look like it (`SET key value`). */
const NOT_SQL = /redis|valkey|memcached|mongo|dynamo|elastic|opensearch|couchdb|etcd|neo4j/i;

/** Reads calls from the spans of one trace. */
export class CallReader {
  private readonly statements = new StatementParser();
  /** Patterns, each as one string, so that comparing them is cheap. */
  private readonly patterns = new Map<string, string>();
  private readonly sqlPatterns = new Map<Statement, string>();

  constructor(private readonly facts: SpansAndFields) {}

  /** Returns the call that a span makes; undefined if it makes none. */
  callOf(row: number): Call | undefined {
    const { facts } = this;
    const fields = facts.fields[row];
    if (fields === undefined || fields.isEmpty) return undefined;
    if (fields.has('system')) {
      const system = fields.text('system') ?? '';
      const text = fields.text('statement');
      return (
        (text === undefined || NOT_SQL.test(system) ? undefined : this.sqlCall(row, fields, system, text)) ??
        this.shared(databaseCall(facts, row, fields))
      );
    }
    if (facts.kind(row) !== SpanKind.client) return undefined;
    if (fields.has('rpcSystem') || fields.has('rpcService')) return this.shared(rpcCall(facts, row, fields));
    return fields.has('method') ? this.shared(httpCall(facts, row, fields)) : undefined;
  }

  private sqlCall(row: number, fields: SpanFields, system: string, text: string): Call | undefined {
    const { statement, literals } = this.statements.parse(text);
    if (statement.verb === '') return undefined;
    const pgValues = fields.text('pgValues');
    const parameters = pgValues === undefined ? fields.parameters() : [...fields.parameters(), pgValues];
    const hasValues = statement.placeholderCount === 0 || parameters.length > 0;
    let pattern = this.sqlPatterns.get(statement);
    if (pattern === undefined) this.sqlPatterns.set(statement, (pattern = `${system} ${statement.pattern}`));
    return {
      row,
      owner: this.facts.owner[row] ?? row,
      protocol: 'sql',
      pattern,
      exact: hasValues ? (parameters.length === 0 ? text : [text, ...parameters].join('\u0000')) : undefined,
      label: statement.label === '' ? this.facts.operation(row) : statement.label,
      isRead: statement.isRead,
      isPage: statement.isPage,
      values: hasValues ? (parameters.length === 0 ? literals : [...literals, ...parameters]) : undefined,
      statement,
    };
  }

  private shared(call: Call | undefined): Call | undefined {
    if (call === undefined) return undefined;
    const known = this.patterns.get(call.pattern);
    if (known === undefined) {
      // Values that the patterns contain by mistake must not fill the memory.
      if (this.patterns.size >= MAX_PATTERNS) this.patterns.clear();
      this.patterns.set(call.pattern, call.pattern);
      return call;
    }
    return { ...call, pattern: known };
  }
}

const MAX_PATTERNS = 10_000;

const databaseCall = (facts: SpansAndFields, row: number, fields: SpanFields): Call | undefined => {
  const name = facts.operation(row);
  const system = fields.text('system') ?? '';
  const text = fields.text('statement');
  const operation = fields.text('dbOperation') ?? commandOf(text ?? name);
  if (operation === '' || SESSION_VERBS.has(operation.toUpperCase())) return undefined;
  const collection = fields.text('collection');
  const label =
    collection === undefined
      ? text === undefined
        ? name
        : operation
      : `${operation.toUpperCase()} ${collection}`;
  return {
    row,
    owner: facts.owner[row] ?? row,
    protocol: 'database',
    pattern: `${system} ${label} ${text === undefined ? '' : withoutValues(text)}`,
    exact: text === undefined || text.includes('?') ? undefined : text,
    label,
    isRead: READ_COMMAND.test(operation),
    isPage: false,
    values: undefined,
    statement: undefined,
  };
};

/** Returns the command of a text such as `GET user:17` or `SELECT users`; empty for the name of a connection. */
const commandOf = (text: string): string =>
  /connect|acquire|pool|checkout/i.test(text) ? '' : (/^[a-z]+\b/i.exec(text)?.[0] ?? '');

/** Replaces values in the text of a command: `HGET user:17 name` and `HGET user:18 name` have the same pattern. */
const withoutValues = (text: string): string =>
  text
    .slice(0, 500)
    .replaceAll(/"[^"]*"\s*(?!\s*:)/g, '?')
    .replaceAll(/[^\s:",[\]{}]*\d[^\s:",[\]{}]*/g, '?');

const rpcCall = (facts: SpansAndFields, row: number, fields: SpanFields): Call => {
  const service = fields.text('rpcService');
  const method = fields.text('rpcMethod') ?? facts.operation(row);
  const label = service === undefined ? method : `${service}/${method}`;
  return {
    row,
    owner: facts.owner[row] ?? row,
    protocol: 'rpc',
    pattern: `rpc ${label}`,
    exact: undefined,
    label,
    // Google's API design guide names methods that read like this.
    isRead: /^(?:get|list|find|search|read|query|fetch|lookup|batchget|count|check)/i.test(
      method.slice(method.lastIndexOf('/') + 1),
    ),
    isPage: false,
    values: undefined,
    statement: undefined,
  };
};

const httpCall = (facts: SpansAndFields, row: number, fields: SpanFields): Call => {
  const method = (fields.text('method') ?? '').toUpperCase();
  const path = fields.text('path');
  const query = fields.text('query');
  const url =
    fields.text('url') ??
    (path === undefined ? undefined : `${path}${query === undefined ? '' : `?${query}`}`);
  const target = urlTarget(url ?? '');
  const receiver = facts.receiverOf(row);
  const route =
    fields.text('template') ?? (receiver === -1 ? undefined : facts.fields[receiver]?.text('route'));
  const port = fields.text('port');
  const host = target.host || [fields.text('host'), port].filter((part) => part !== undefined).join(':');
  const peer = receiver === -1 ? (fields.text('peer') ?? host) : facts.service(receiver);
  const where = route ?? (url === undefined ? '' : target.path);
  const hasTarget = url !== undefined;
  return {
    row,
    owner: facts.owner[row] ?? row,
    protocol: 'http',
    pattern: `${method} ${peer} ${where}`,
    exact: hasTarget ? `${method} ${host} ${url}` : undefined,
    label: where === '' ? `${method} ${peer}`.trim() : `${method} ${where}`,
    isRead: method === 'GET' || method === 'HEAD' || method === 'QUERY',
    isPage: target.isPage,
    values: hasTarget ? target.values : undefined,
    statement: undefined,
  };
};
