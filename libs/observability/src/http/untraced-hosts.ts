let patterns: readonly (string | RegExp)[] = [];

/** Sets the hosts to which requests get no span and no trace headers, for the whole process. A string also covers its subdomains. */
export const setUntracedHosts = (hosts: readonly (string | RegExp)[]): void => {
  patterns = hosts;
};

/** @param authority host, with or without a port */
export const isUntracedHost = (authority: string): boolean => {
  if (patterns.length === 0) return false;
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  return patterns.some((pattern) =>
    typeof pattern === 'string'
      ? host === pattern.toLowerCase() || host.endsWith(`.${pattern.toLowerCase()}`)
      : pattern.test(host),
  );
};
