import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLoopback, type AllowedHosts } from './allowed-hosts.js';
import { isApiPath } from './api-paths.js';
import type { PageOrigins } from './page-origins.js';
import { sendText } from '../answers/text.js';

/**
 * Rejects requests that web pages of other sites make a browser send, which may run on this machine:
 *
 * - DNS rebinding, where the page's own host name comes to resolve to Lantern's address: `Host` still has that name.
 * - Requests across origins: `Origin` names the page's host. WebSockets always send it.
 * - Requests without `Origin`, as `<img>` sends them: `Sec-Fetch-Site` says that the page is of another site. Only a
 *   link to a page of the web UI may be followed from there.
 *
 * @param pages origins of other sites whose pages are served as well
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export const guardAgainstForeignPages = (
  server: FastifyInstance,
  hosts: AllowedHosts,
  pages?: PageOrigins,
): void => {
  server.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    const hostname = host === undefined ? 'localhost' : hostnameOf(`http://${host}`);
    if (hostname === undefined || !hosts.accepts(hostname)) {
      return sendText(reply, 403, `Host "${host}" is not allowed. ${hintFor(hosts)}`);
    }
    if (origin !== undefined) {
      if (pages?.accepts(origin)) return undefined;
      const pageHost = hostnameOf(origin);
      const isOwnPage = pageHost === hostname || (hosts.isLocal && isLoopback(pageHost ?? ''));
      return isOwnPage
        ? undefined
        : sendText(reply, 403, `Requests from pages of ${origin} are not allowed.`);
    }
    if (isFromOtherSite(request, hosts) && !isLinkToPage(request)) {
      return sendText(reply, 403, 'Requests from pages of other sites are not allowed.');
    }
    return undefined;
  });
};

const hintFor = ({ isLocal }: AllowedHosts): string =>
  isLocal
    ? 'Lantern listens on loopback: use localhost, or add the name to LANTERN_ALLOWED_HOSTS.'
    : 'Use the IP address, or add the name to LANTERN_ALLOWED_HOSTS.';

const hostnameOf = (url: string): string | undefined =>
  URL.canParse(url) ? new URL(url).hostname : undefined;

const isFromOtherSite = ({ headers }: FastifyRequest, { isLocal }: AllowedHosts): boolean => {
  const site = headers['sec-fetch-site'];
  // A site has all ports of a host: pages on loopback trust each other, pages of sibling domains do not.
  return site === 'cross-site' || (site === 'same-site' && !isLocal);
};

const isLinkToPage = ({ method, url, headers }: FastifyRequest): boolean =>
  method === 'GET' &&
  headers['sec-fetch-mode'] === 'navigate' &&
  headers['sec-fetch-dest'] === 'document' &&
  !isApiPath(url);
