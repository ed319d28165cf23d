/** Header values as Node returns them: several `Set-Cookie` headers are a list. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Hop-by-hop headers, whether `Connection` lists them or not: RFC 9110, section 7.6.1. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that describe one message on one connection. `Expect` was fulfilled when the body arrived. */
const FRAMING = ['content-length', 'expect', 'host'];

/** Propagation headers, which each hop writes from its own span: https://github.com/openzipkin/b3-propagation, https://www.w3.org/TR/trace-context/ */
const PROPAGATION = [
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-parentspanid',
  'x-b3-sampled',
  'x-b3-flags',
  'traceparent',
  'tracestate',
  'baggage',
  'x-correlation-id',
];

const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...FRAMING, ...PROPAGATION]);

/** Returns the end-to-end headers of a message, which are forwarded in either direction. */
export const forwardedHeaders = (headers: Headers): Record<string, string | string[]> => {
  const namedByConnection = new Set(
    [headers.connection ?? []]
      .flat()
      .flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())),
  );
  const forwarded: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lowerCase = name.toLowerCase();
    if (value === undefined || NOT_FORWARDED.has(lowerCase) || namedByConnection.has(lowerCase)) continue;
    forwarded[lowerCase] = typeof value === 'string' ? value : [...value];
  }
  return forwarded;
};
