/** Partial success of an accepted request: the number of spans that the backend rejected, and its message. */
export interface TraceResponse {
  partialSuccess?: { rejectedSpans?: number; errorMessage?: string };
}

/**
 * Reads an ExportTraceServiceResponse, which is mostly empty. Throws if the bytes are no such response.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/trace/v1/trace_service.proto
 */
export const readPartialSuccess = (bytes: Uint8Array): TraceResponse => {
  const response: TraceResponse = {};
  for (const [field, value] of fieldsOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
    if (field !== 1 || typeof value === 'number') continue;
    response.partialSuccess = {};
    for (const [inner, content] of fieldsOf(value)) {
      if (inner === 1 && typeof content === 'number') response.partialSuccess.rejectedSpans = content;
      if (inner === 2 && typeof content !== 'number') {
        response.partialSuccess.errorMessage = content.toString();
      }
    }
  }
  return response;
};

/** Numbers and contents of the fields; those of a fixed width are of no use here and passed over. */
const fieldsOf = function* (bytes: Buffer): Generator<[field: number, value: number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('A protobuf message ends within a field');
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield [field, varint()];
        break;
      case 2: {
        const length = varint();
        if (at + length > bytes.length) throw new RangeError('A protobuf field ends after its message');
        yield [field, bytes.subarray(at, (at += length))];
        break;
      }
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError(`Protobuf has no wire type ${tag % 8}`);
    }
  }
};
