export { describeOnEachDatabase } from './describe-on-each-database.js';

export type { FreshDatabase } from './describe-on-each-database.js';

export { findPostgresBinaries } from './postgres-binaries.js';
export { PostgresServer } from './postgres-server.js';
