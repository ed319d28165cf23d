/** Fields of a message that are messages themselves, by number. */
export interface MessageShape {
  [field: number]: MessageShape;
}

/** Number and value of each field in the order of the bytes: a number, the bytes as hex, or the fields of a message. */
export type DecodedFields = [field: number, value: bigint | string | DecodedFields][];

const anyValue: MessageShape = {};
const keyValue: MessageShape = { 2: anyValue };
anyValue[5] = { 1: anyValue };
anyValue[6] = { 1: keyValue };

/** ExportTraceServiceRequest of OTLP, as deep as it goes. */
export const traceRequestShape: MessageShape = {
  1: {
    1: { 1: keyValue },
    2: { 1: { 3: keyValue }, 2: { 9: keyValue, 11: { 3: keyValue }, 13: { 4: keyValue }, 15: {} } },
  },
};

/** Decodes protobuf. Numeric fields that are zero are left out, since they mean the same as absent ones. */
export const decodeProtobuf = (bytes: Uint8Array, shape: MessageShape): DecodedFields => {
  const fields: DecodedFields = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('The message ends within a field');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('A field ends after its message');
    return Buffer.from(bytes.subarray(at, (at += length)));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >> 3;
    switch (tag & 7) {
      case 0: {
        const value = varint();
        if (value !== 0n) fields.push([field, value]);
        break;
      }
      case 1:
        fields.push([field, take(8).toString('hex')]);
        break;
      case 2: {
        const content = take(Number(varint()));
        const inner = shape[field];
        fields.push([field, inner ? decodeProtobuf(content, inner) : content.toString('hex')]);
        break;
      }
      case 5:
        fields.push([field, take(4).toString('hex')]);
        break;
      default:
        throw new Error(`Wire type ${tag & 7} of field ${field}`);
    }
  }
  return fields;
};
