/**
 * Maximum depth of arrays and maps in one attribute. The protobuf runtimes of C++, Java and Rust reject more than 100
 * nested messages, which leaves 47 levels of arrays in a span. Every request that they accept is accepted here, and a
 * recursion of 64 levels does not exhaust the stack.
 */
export const MAX_VALUE_DEPTH = 64;
