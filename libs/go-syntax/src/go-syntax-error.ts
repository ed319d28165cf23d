/** A text that Go's standard library would refuse, in Go's own words: clients and people know these messages. */
export class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}
