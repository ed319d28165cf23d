export { tracedDialect, type TracedDialectOptions } from './traced-dialect.js';
