/** Error for a text that Go's standard library rejects, with Go's message, which clients know. */
export class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}
