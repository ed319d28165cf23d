import { isIP } from 'node:net';

const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\]|::1)$/i;

export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

export interface HostPolicy {
  /** Address that Lantern listens on. */
  readonly listenHost: string;
  /** Names under which clients reach Lantern. A leading dot allows every subdomain. */
  readonly allowedHosts: readonly string[];
  /** Whether clients authenticate. */
  readonly hasToken: boolean;
}

/**
 * Decides which `Host` headers are accepted. A page whose own name was rebound to Lantern's address sends that
 * name, so an unknown name is rejected.
 *
 * - Loopback names are accepted everywhere.
 * - IP addresses are accepted unless Lantern listens on loopback alone: DNS cannot rebind an address.
 * - Other names are accepted when they are configured.
 * - With a token and without configured names, every name is accepted: a browser does not send the session
 *   cookie of another name to a rebound page.
 */
export class AllowedHosts {
  readonly isLocal: boolean;
  private readonly acceptsAnyName: boolean;
  private readonly names: ReadonlySet<string>;
  private readonly suffixes: readonly string[];

  constructor({ listenHost, allowedHosts, hasToken }: HostPolicy) {
    this.isLocal = isLoopback(listenHost);
    const hosts = [listenHost, ...allowedHosts].map((host) => host.toLowerCase());
    this.names = new Set(hosts.filter((host) => !host.startsWith('.')));
    this.suffixes = hosts.filter((host) => host.startsWith('.'));
    this.acceptsAnyName = hasToken && !this.isLocal && allowedHosts.length === 0;
  }

  /** @param hostname as a URL has it: in lower case, an IPv6 address in brackets */
  accepts(hostname: string): boolean {
    if (this.acceptsAnyName || isLoopback(hostname) || this.names.has(hostname)) return true;
    if (!this.isLocal && isIP(hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) return true;
    return this.suffixes.some((suffix) => hostname.endsWith(suffix));
  }
}
