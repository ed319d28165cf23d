/** Protobuf by hand: `message(text(1, 'a'), message2…)`. Tests write what a sender in another language sends. */
const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
};

export const integer = (field: number, value: bigint): Buffer =>
  Buffer.from([...varint(BigInt(field * 8)), ...varint(value)]);

export const fixed64 = (field: number, value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return Buffer.concat([Buffer.from(varint(BigInt(field * 8 + 1))), bytes]);
};

export const bytesField = (field: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([
    Buffer.from([...varint(BigInt(field * 8 + 2)), ...varint(BigInt(body.length))]),
    body,
  ]);
};

export const text = (field: number, value: string): Buffer => bytesField(field, Buffer.from(value));

/** Snappy's block format without any compression: one literal after another. */
export const snappyLiterals = (body: Buffer): Buffer => {
  const parts: Uint8Array[] = [Buffer.from(varint(BigInt(body.length)))];
  for (let at = 0; at < body.length; at += 60) {
    const piece = body.subarray(at, at + 60);
    parts.push(Buffer.from([(piece.length - 1) << 2]), piece);
  }
  return Buffer.concat(parts);
};
