export { describeOnEachDatabase } from './describe-on-each-database.js';

export type { FreshDatabase } from './describe-on-each-database.js';
