/**
 * How deep arrays and maps may nest within one attribute. The protobuf runtimes of C++, Java and Rust refuse
 * more than 100 nested messages, which leaves 47 levels of arrays inside a span; nobody who can talk to those
 * is refused here, and a recursion of 64 levels is far from any stack's end.
 */
export const MAX_VALUE_DEPTH = 64;
