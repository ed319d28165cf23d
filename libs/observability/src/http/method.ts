// RFC 9110 section 9 and RFC 5789. QUERY is still a draft.
const known = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

/**
 * Returns the method for spans. An unknown method is `_OTHER` in attributes and `HTTP` in span names, so that callers
 * cannot invent names: https://opentelemetry.io/docs/specs/semconv/http/http-spans/
 */
export const semanticMethod = (
  method: string,
): { attribute: string; spanName: string; original?: string } => {
  return known.has(method)
    ? { attribute: method, spanName: method }
    : { attribute: '_OTHER', spanName: 'HTTP', original: method };
};
