// Protobuf for tests, byte by byte: input that no encoder writes.

export const varint = (value: bigint | number): number[] => {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
};

export const tag = (field: number, wireType: number): number[] => varint((field << 3) | wireType);

/** A length-delimited field: a message, a text or bytes. */
export const delimited = (field: number, content: readonly number[] | string): number[] => {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...tag(field, 2), ...varint(bytes.length), ...bytes];
};

const TRACE_ID = delimited(1, Array<number>(16).fill(0xaa));
const SPAN_ID = delimited(2, Array<number>(8).fill(0xbb));

/** Request of one span: two valid IDs, then `spanFields`. */
export const requestOfSpan = (...spanFields: readonly number[][]): Uint8Array =>
  requestOfRawSpan(TRACE_ID, SPAN_ID, ...spanFields);

/** Request of one span without IDs of its own. */
export const requestOfRawSpan = (...spanFields: readonly number[][]): Uint8Array =>
  Uint8Array.from(delimited(1, delimited(2, delimited(2, spanFields.flat()))));
