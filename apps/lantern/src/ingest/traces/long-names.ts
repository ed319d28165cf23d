import { decodeResource, type CheckedTraceRequest } from '@lantern/otlp';
import { MAX_NAME_LENGTH, serviceNameOf, spansOf, type ResourceSpans } from '@lantern/telemetry-model';

/**
 * Returns a warning for the exporter when lists truncate names of its spans or services; undefined otherwise.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success (a message without rejected spans is a warning)
 */
export const longNamesOf = (groups: readonly ResourceSpans[]): string | undefined => {
  let count = 0;
  for (const { span } of spansOf(groups)) if (span.name.length > MAX_NAME_LENGTH) count++;
  for (const { resource } of groups) if (serviceNameOf(resource).length > MAX_NAME_LENGTH) count++;
  return warningOf(count);
};

/** As {@link longNamesOf}, for a request that was checked and not decoded. */
export const longNamesIn = ({ bytes, columns, origins }: CheckedTraceRequest): string | undefined => {
  const { spanCount, nameStart, nameEnd } = columns;
  let count = 0;
  for (let row = 0; row < spanCount; row++) {
    const [start, end] = [nameStart[row] ?? 0, nameEnd[row] ?? 0];
    // A text has at most as many characters as bytes.
    if (end - start > MAX_NAME_LENGTH && textLength(bytes, start, end) > MAX_NAME_LENGTH) count++;
  }
  for (const { resource } of origins) {
    if (resource.length > MAX_NAME_LENGTH && serviceNameOf(decodeResource(resource)).length > MAX_NAME_LENGTH)
      count++;
  }
  return warningOf(count);
};

const textLength = ({ buffer, byteOffset }: Uint8Array, start: number, end: number): number =>
  Buffer.from(buffer, byteOffset + start, end - start).toString().length;

const warningOf = (count: number): string | undefined =>
  count === 0
    ? undefined
    : `${count} names of spans or services are longer than ${MAX_NAME_LENGTH} characters: all spans are kept as they ` +
      'are, and lists of services and operations show these names cut';
