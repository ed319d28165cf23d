/** Paths of probes and scrapes. These requests come every few seconds, so they are neither traced nor logged. */
const PROBES = String.raw`/(?:health|healthz|health-?check|livez|readyz|metrics)(?:/|$)`;

/** The global prefixes of this process' applications, as patterns. */
const prefixes = new Set<string>();

let patterns: readonly (string | RegExp)[] = [new RegExp(`^${PROBES}`)];
let areDefault = true;

/** Replaces the default paths for the whole process. A string stands for the path and all below it. */
export const setUntracedPaths = (paths: readonly (string | RegExp)[]): void => {
  patterns = paths;
  areDefault = false;
};

/** Looks for the default paths behind a global prefix of Nest's, `api` or `/tenants/:id`, too. */
export const addGlobalPrefix = (prefix: string): void => {
  const segments = prefix.split('/').filter((segment) => segment !== '');
  if (segments.length === 0 || !areDefault) return;
  prefixes.add(
    segments.map((segment) => (segment.startsWith(':') ? '/[^/]+' : `/${literally(segment)}`)).join(''),
  );
  patterns = [new RegExp(`^(?:${[...prefixes].join('|')})?${PROBES}`)];
};

/** Paths of this process' own transports, below which every request is noise. */
const transportPaths = new Set<string>();

/** Leaves a path and all below it untraced, in addition to the others: that on which socket.io polls. */
export const addUntracedPath = (path: string): void => {
  const trimmed = path.replace(/\/+$/, '');
  if (trimmed === '' || transportPaths.has(trimmed)) return;
  transportPaths.add(trimmed);
};

const isTransport = (path: string): boolean => {
  for (const each of transportPaths) if (path === each || path.startsWith(`${each}/`)) return true;
  return false;
};

const literally = (text: string): string => text.replace(/[^\w-]/g, String.raw`\$&`);

export const isUntraced = (path: string): boolean => {
  if (transportPaths.size > 0 && isTransport(path)) return true;
  return patterns.some((pattern) =>
    typeof pattern === 'string'
      ? path === pattern || path.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`)
      : pattern.test(path),
  );
};
