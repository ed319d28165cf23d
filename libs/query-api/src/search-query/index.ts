/** The query language of the search: `status = error and duration > 250ms`. */
export { all, any, compare, not, type FilterCall, type FilterLevel, type FilterReference } from './filter.js';
export { QuerySyntaxError, parseQuery, valuesOfField } from './parse.js';
export { FIELDS, TRACE_ISSUES, readReference, type FieldType } from './references.js';
export { quoted, tokensOf, type Token } from './tokens.js';
