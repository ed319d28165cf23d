/** Input that is no OTLP. The message names the place and the fault; it is fit to be sent back to the sender. */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';

  /**
   * @param path the field as OTLP's JSON names it, for example `resourceSpans[0].scopeSpans[0].spans[2].kind`
   *   (protobuf input: without the indexes, with the byte offset instead); empty for the whole message
   * @param fault what is wrong there, for example `ends in the middle of a varint`
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
