import { attributeValue, stringAttribute } from './attributes.js';
import type { Span } from './span.js';

/** Attributes with the logical name of the called service, the current one first. */
const NAMES = ['service.peer.name', 'peer.service'] as const;

/** Attributes with the address and the port of the called server: the current conventions, then the older ones. */
const ADDRESSES = [
  ['server.address', 'server.port'],
  ['net.peer.name', 'net.peer.port'],
] as const;

/** Attributes with the URL of a request, the current one first. */
const URLS = ['url.full', 'http.url'] as const;

/** Attributes with the queue or topic of a message, the current one first. */
const DESTINATIONS = ['messaging.destination.name', 'messaging.destination'] as const;

/**
 * Returns the names by which a CLIENT or PRODUCER span knows the service that it calls, the most precise first: a service
 * name, `address:port`, or `system/destination` of a queue or topic. Empty when the span does not say.
 *
 * ```
 * GET     server.address=127.0.0.1  server.port=8001      →  127.0.0.1:8001
 * send    messaging.system=kafka  messaging.destination.name=orders  →  kafka/orders
 * ```
 *
 * @see https://opentelemetry.io/docs/specs/semconv/general/attributes/#server-attributes
 */
export const peersOf = ({ attributes }: Pick<Span, 'attributes'>): readonly string[] => {
  const first = (keys: readonly string[]): string | undefined =>
    keys.map((key) => stringAttribute(attributes, key)).find((text) => text !== undefined && text !== '');
  const destination = first(DESTINATIONS);
  const peers = [
    first(NAMES),
    addressOf(attributes) ?? hostOf(first(URLS)),
    destination && `${stringAttribute(attributes, 'messaging.system') ?? 'messaging'}/${destination}`,
  ];
  return peers.filter((peer) => peer !== undefined);
};

const addressOf = (attributes: Span['attributes']): string | undefined => {
  for (const [addressKey, portKey] of ADDRESSES) {
    const address = stringAttribute(attributes, addressKey);
    if (address === undefined || address === '') continue;
    const port = attributeValue(attributes, portKey);
    return typeof port === 'bigint' || typeof port === 'number' ? `${address}:${port}` : address;
  }
  return undefined;
};

const hostOf = (url: string | undefined): string | undefined => {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { host } = new URL(url);
  return host === '' ? undefined : host;
};

/** Returns the host of `host:port`; the whole text of any other peer. */
export const hostOfPeer = (peer: string): string => peer.replace(/:\d+$/, '');
