import { type Attributes, SpanKind } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_PROTOCOL_VERSION,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_PATH,
  ATTR_URL_QUERY,
  ATTR_URL_SCHEME,
  ATTR_USER_AGENT_ORIGINAL,
} from '@opentelemetry/semantic-conventions';
import { setting } from '../environment.js';

/**
 * `OTEL_SEMCONV_STABILITY_OPT_IN` requests the names of version 1.20 in addition to the stable ones. `http` and unset
 * both mean the stable ones alone, since this library never had others.
 */
export const wantsOldConventions = (env: NodeJS.ProcessEnv): boolean =>
  (setting(env, 'OTEL_SEMCONV_STABILITY_OPT_IN') ?? '')
    .split(',')
    .some((choice) => choice.trim().toLowerCase() === 'http/dup');

// https://opentelemetry.io/docs/specs/semconv/non-normative/http-migration/
const common: Readonly<Record<string, string>> = {
  [ATTR_HTTP_RESPONSE_STATUS_CODE]: 'http.status_code',
  [ATTR_NETWORK_PROTOCOL_VERSION]: 'http.flavor',
  [ATTR_NETWORK_PEER_ADDRESS]: 'net.sock.peer.addr',
  [ATTR_NETWORK_PEER_PORT]: 'net.sock.peer.port',
};
const ofServers: Readonly<Record<string, string>> = {
  ...common,
  [ATTR_URL_SCHEME]: 'http.scheme',
  [ATTR_CLIENT_ADDRESS]: 'http.client_ip',
  [ATTR_SERVER_ADDRESS]: 'net.host.name',
  [ATTR_SERVER_PORT]: 'net.host.port',
  [ATTR_USER_AGENT_ORIGINAL]: 'http.user_agent',
};
const ofClients: Readonly<Record<string, string>> = {
  ...common,
  [ATTR_URL_FULL]: 'http.url',
  [ATTR_SERVER_ADDRESS]: 'net.peer.name',
  [ATTR_SERVER_PORT]: 'net.peer.port',
};

/**
 * Copies attributes of HTTP spans to the names of version 1.20 as the spans end. Only services that opt in pay for it.
 * Redaction runs before that, so it applies to both.
 */
export class OldConventions implements SpanProcessor {
  onStart(): void {
    // A span's attributes are complete only when it ends.
  }

  onEnding(span: Span): void {
    const { attributes, kind } = span;
    const method = attributes[ATTR_HTTP_REQUEST_METHOD];
    if (method === undefined) return;
    const names = kind === SpanKind.SERVER ? ofServers : ofClients;
    const old: Attributes = { 'http.method': attributes[ATTR_HTTP_REQUEST_METHOD_ORIGINAL] ?? method };
    for (const [stable, name] of Object.entries(names)) {
      if (attributes[stable] !== undefined) old[name] = attributes[stable];
    }
    const path = attributes[ATTR_URL_PATH];
    if (kind === SpanKind.SERVER && typeof path === 'string') {
      const query = attributes[ATTR_URL_QUERY];
      old['http.target'] = typeof query === 'string' ? `${path}?${query}` : path;
    }
    span.setAttributes(old);
  }

  onEnd(): void {
    // Written in onEnding(), the last moment at which a span can be written to.
  }

  async forceFlush(): Promise<void> {
    // Nothing is held.
  }

  async shutdown(): Promise<void> {
    // Nothing to close.
  }
}
