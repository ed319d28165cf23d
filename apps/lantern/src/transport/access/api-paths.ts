/** Prefixes of the APIs that share a port with the web UI: below them no path is a page. */
export const API_PREFIXES = ['/api', '/loki'] as const;

/** @param url normalized target of a request */
export const isApiPath = (url: string): boolean =>
  API_PREFIXES.some((prefix) => url.startsWith(prefix) && /^[/?]?$/.test(url.charAt(prefix.length)));
