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
} from '@lantern/telemetry-model';
import { textHash } from '../bytes/text-hash.js';
import { writeRequest } from './request-bytes.js';

/** Resource and scope that spans inherit, both encoded and decoded. */
export class Origin implements EncodedOrigin {
  /** Service name as indexes store it, see `boundedName`. */
  readonly service: string;
  /** Equal for resources with the same content, regardless of their encoding. */
  readonly resourceKey: string;
  readonly key: string;
  /** `textHash` of the key. */
  readonly hash: number;
  readonly decodedResource: Resource;
  readonly decodedResourceSchemaUrl: string;
  readonly decodedScope: InstrumentationScope;
  readonly decodedScopeSchemaUrl: string;
  /** Tags of all attributes of resource and scope. */
  readonly tags: readonly number[];

  constructor(
    readonly resource: Uint8Array,
    readonly resourceSchemaUrl: Uint8Array,
    readonly scope: Uint8Array,
    readonly scopeSchemaUrl: Uint8Array,
  ) {
    const { resourceSpans } = decodeTraceRequest(writeRequest([{ origin: this, spans: [] }]));
    const [group] = resourceSpans;
    const [scopeGroup] = group?.scopeSpans ?? [];
    if (!group || !scopeGroup) throw new TypeError('A request of one group was read as none.');
    this.decodedResource = group.resource;
    this.decodedResourceSchemaUrl = group.schemaUrl;
    this.decodedScope = scopeGroup.scope;
    this.decodedScopeSchemaUrl = scopeGroup.schemaUrl;
    this.service = boundedName(serviceNameOf(group.resource));
    // OTLP's JSON distinguishes an integer from a double and from a text.
    const key = JSON.stringify(formatTraceRequestJson([group]));
    this.resourceKey = mapKey(JSON.stringify(formatTraceRequestJson([{ ...group, scopeSpans: [] }])));
    this.key = mapKey(key);
    this.hash = textHash(key);
    this.tags = [...group.resource.attributes, ...scopeGroup.scope.attributes].map(({ key, value }) =>
      hashOfAttribute(key, value),
    );
  }

  /** Size for the cache: the encoded bytes, the decoded values and the keys. */
  get byteLength(): number {
    return ORIGIN_BYTES + 4 * (this.resource.length + this.scope.length);
  }
}

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
