/** Probes and scrapes: asked every few seconds, of interest to nobody, so neither traced nor logged. */
const defaultPaths: readonly (string | RegExp)[] = [
  /^\/(?:health|healthz|health-?check|livez|readyz|metrics)(?:\/|$)/,
];

let patterns = defaultPaths;

/** Replaces the default paths for the whole process. A string stands for the path and all below it. */
export function setUntracedPaths(paths: readonly (string | RegExp)[]): void {
  patterns = paths;
}

export function isUntraced(path: string): boolean {
  return patterns.some((pattern) =>
    typeof pattern === 'string'
      ? path === pattern || path.startsWith(pattern.endsWith('/') ? pattern : `${pattern}/`)
      : pattern.test(path),
  );
}
