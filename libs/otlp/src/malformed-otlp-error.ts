/** Thrown for input that is not OTLP. The message names the field and the fault, and is safe to send to the client. */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';

  /**
   * @param path field with its OTLP/JSON name, for example `resourceSpans[0].scopeSpans[0].spans[2].kind`. Protobuf
   *   input has the byte offset in place of the indexes. Empty for the whole message.
   * @param fault predicate of the field, for example `ends in the middle of a varint`
   */
  constructor(
    readonly path: string,
    readonly fault: string,
    readonly byteOffset?: number,
  ) {
    const place = path === '' ? 'the message' : path;
    super(`Malformed OTLP: ${place} ${fault}${byteOffset === undefined ? '' : ` (at byte ${byteOffset})`}`);
  }
}
