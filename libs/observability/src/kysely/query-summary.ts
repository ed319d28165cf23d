import type { AliasNode, CompiledQuery, ListNode, OperationNode, TableNode } from 'kysely';
import type { SqlSummary } from '../database/sql-text.js';

/** Returns the operation and the table from Kysely's representation of a query; nothing for raw SQL. */
export const summaryOf = ({ query }: CompiledQuery): Partial<SqlSummary> => fromNode(query);

// Only the statements that a service makes while it serves; the rest, raw SQL among it, is read from the text.
const fromNode = (query: CompiledQuery['query']): Partial<SqlSummary> => {
  switch (query.kind) {
    case 'SelectQueryNode':
      return { operation: 'SELECT', table: tableName(query.from?.froms[0]) };
    case 'InsertQueryNode':
      return { operation: query.replace ? 'REPLACE' : 'INSERT', table: tableName(query.into) };
    case 'UpdateQueryNode':
      return { operation: 'UPDATE', table: tableName(query.table) };
    case 'DeleteQueryNode':
      return { operation: 'DELETE', table: tableName(query.from.froms[0]) };
    case 'MergeQueryNode':
      return { operation: 'MERGE', table: tableName(query.into) };
    default:
      return {};
  }
};

// Kysely is an optional peer: its types are used, its code, with the type guards, is not loaded.
const tableName = (node: OperationNode | undefined): string | undefined => {
  switch (node?.kind) {
    case 'AliasNode':
      return tableName((node as AliasNode).node);
    case 'ListNode':
      return tableName((node as ListNode).items[0]);
    case 'TableNode': {
      const { schema, identifier } = (node as TableNode).table;
      return schema ? `${schema.name}.${identifier.name}` : identifier.name;
    }
    default:
      return undefined;
  }
};
