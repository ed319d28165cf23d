import { Buffer } from 'node:buffer';
import {
  decodeTraceRequest,
  formatTraceRequestJson,
  hashOfAttribute,
  type EncodedOrigin,
} from '@lantern/otlp';
import {
  boundedName,
  mapKey,
  serviceNameOf,
  type InstrumentationScope,
  type Resource,
  type ResourceSpans,
} from '@lantern/telemetry-model';
import { textHash } from '../bytes/text-hash.js';
import { writeRequest } from './request-bytes.js';

/** Resource and scope as a model. */
export interface DecodedOrigin {
  readonly resource: Resource;
  readonly resourceSchemaUrl: string;
  readonly scope: InstrumentationScope;
  readonly scopeSchemaUrl: string;
  /** Service name as indexes store it, see `boundedName`. */
  readonly service: string;
}

/** Resource and scope that spans inherit. Each derived value is computed on first use: a block may have many origins. */
export class Origin implements EncodedOrigin {
  private known: DecodedOrigin | undefined;
  private knownKey: string | undefined;
  private knownHash: number | undefined;
  private knownResourceKey: string | undefined;
  private knownTags: readonly number[] | undefined;
  private knownServiceHash: number | undefined;

  constructor(
    readonly resource: Uint8Array,
    readonly resourceSchemaUrl: Uint8Array,
    readonly scope: Uint8Array,
    readonly scopeSchemaUrl: Uint8Array,
  ) {}

  get decoded(): DecodedOrigin {
    return (this.known ??= decodeOrigin(this));
  }

  /** Service name as indexes store it, see `boundedName`. */
  get service(): string {
    return this.decoded.service;
  }

  /** `textHash` of the service name. */
  get serviceHash(): number {
    return (this.knownServiceHash ??= textHash(this.service));
  }

  /** Equal for origins with the same content, regardless of their encoding. */
  get key(): string {
    const { resource, resourceSchemaUrl: schemaUrl, scope, scopeSchemaUrl } = this.decoded;
    return (this.knownKey ??= keyOf({
      resource,
      schemaUrl,
      scopeSpans: [{ scope, schemaUrl: scopeSchemaUrl, spans: [] }],
    }));
  }

  /** `textHash` of the key. */
  get hash(): number {
    return (this.knownHash ??= textHash(this.key));
  }

  /** Equal for resources with the same content, regardless of their encoding. */
  get resourceKey(): string {
    const { resource, resourceSchemaUrl: schemaUrl } = this.decoded;
    return (this.knownResourceKey ??= keyOf({ resource, schemaUrl, scopeSpans: [] }));
  }

  /** Tags of all attributes of resource and scope. */
  get tags(): readonly number[] {
    const { resource, scope } = this.decoded;
    return (this.knownTags ??= [...resource.attributes, ...scope.attributes].map(({ key, value }) =>
      hashOfAttribute(key, value),
    ));
  }

  /** Size for the cache: the encoded bytes, the decoded values and the keys. */
  get byteLength(): number {
    return ORIGIN_BYTES + 4 * (this.resource.length + this.scope.length);
  }
}

const decodeOrigin = (origin: EncodedOrigin): DecodedOrigin => {
  const [group] = decodeTraceRequest(writeRequest([{ origin, spans: [] }])).resourceSpans;
  const [scopeGroup] = group?.scopeSpans ?? [];
  if (!group || !scopeGroup) throw new TypeError('A request of one group was read as none.');
  return {
    resource: group.resource,
    resourceSchemaUrl: group.schemaUrl,
    scope: scopeGroup.scope,
    scopeSchemaUrl: scopeGroup.schemaUrl,
    service: boundedName(serviceNameOf(group.resource)),
  };
};

/** OTLP's JSON distinguishes an integer from a double and from a text. */
const keyOf = (group: ResourceSpans): string => mapKey(JSON.stringify(formatTraceRequestJson([group])));

const ORIGIN_BYTES = 1_024;
const MAX_ORIGINS = 4096;
const MAX_ORIGIN_BYTES = 32 * 1024 * 1024;

/** Shares one object between equal origins. Most requests have origins that earlier requests had. */
export class OriginTable {
  private readonly origins = new Map<string, Origin>();
  private bytes = 0;

  intern({ resource, resourceSchemaUrl, scope, scopeSchemaUrl }: EncodedOrigin): Origin {
    const key = mapKey([resource, resourceSchemaUrl, scope, scopeSchemaUrl].map(latin1).join());
    const known = this.origins.get(key);
    if (known) return known;
    if (this.origins.size >= MAX_ORIGINS || this.bytes > MAX_ORIGIN_BYTES) {
      this.origins.clear();
      this.bytes = 0;
    }
    const origin = new Origin(
      resource.slice(),
      resourceSchemaUrl.slice(),
      scope.slice(),
      scopeSchemaUrl.slice(),
    );
    this.origins.set(key, origin);
    this.bytes += origin.byteLength;
    return origin;
  }
}

/** Prefixed with the length, so that the parts of a key are unambiguous. */
const latin1 = (bytes: Uint8Array): string =>
  `${bytes.length}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')}`;
