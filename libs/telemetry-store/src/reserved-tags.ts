import { SpanKind, StatusCode } from '@lantern/telemetry-model';

// Reserved tags of a search read their values as Jaeger does, see
// https://github.com/jaegertracing/jaeger/blob/main/internal/storage/v2/memory/tenant.go

/** Go's `strconv.ParseBool`, see https://pkg.go.dev/strconv#ParseBool */
const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Value of `error`: whether the status has to be ERROR. Undefined for a word that matches no span. */
export const errorOfTag = (text: string): boolean | undefined =>
  TRUE_WORDS.has(text) ? true : FALSE_WORDS.has(text) ? false : undefined;

const STATUS_CODES: ReadonlyMap<string, StatusCode> = new Map(Object.entries(StatusCode));

/** Value of `span.status`, in any case. Any other word means UNSET. */
export const statusOfTag = (text: string): StatusCode =>
  STATUS_CODES.get(text.toLowerCase()) ?? StatusCode.unset;

const KINDS: ReadonlyMap<string, SpanKind> = new Map(Object.entries(SpanKind));

/** Value of `span.kind`, in any case. Any other word means a span without a kind. */
export const kindOfTag = (text: string): SpanKind => KINDS.get(text.toLowerCase()) ?? SpanKind.unspecified;
