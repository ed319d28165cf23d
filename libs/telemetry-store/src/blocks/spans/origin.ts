import { Buffer } from 'node:buffer';
import {
  decodeTraceRequest,
  formatTraceRequestJson,
  hashesOfAttributeText,
  type EncodedOrigin,
} from '@lantern/otlp';
import {
  attributeText,
  boundedName,
  mapKey,
  serviceNameOf,
  type InstrumentationScope,
  type Resource,
} from '@lantern/telemetry-model';
import { textHash } from '../text-hash.js';
import { writeRequest } from './request-bytes.js';

/** What spans inherit: their resource and their scope, both as they came and as they read. */
export class Origin implements EncodedOrigin {
  /** As indexes hold it, see `boundedName`. */
  readonly service: string;
  /** Equal for resources that read the same, however they were encoded. */
  readonly resourceKey: string;
  readonly key: string;
  /** `textHash` of all that the key stands for. */
  readonly hash: number;
  readonly decodedResource: Resource;
  readonly decodedResourceSchemaUrl: string;
  readonly decodedScope: InstrumentationScope;
  readonly decodedScopeSchemaUrl: string;
  /** Of all attributes of both. */
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
    // OTLP's JSON tells an integer from a double and from a text.
    const key = JSON.stringify(formatTraceRequestJson([group]));
    this.resourceKey = mapKey(JSON.stringify(formatTraceRequestJson([{ ...group, scopeSpans: [] }])));
    this.key = mapKey(key);
    this.hash = textHash(key);
    this.tags = [...group.resource.attributes, ...scopeGroup.scope.attributes].flatMap(({ key, value }) =>
      hashesOfAttributeText(key, attributeText(value)),
    );
  }

  /** For a cache to weigh: what came, what was decoded of it, and its keys. */
  get byteLength(): number {
    return ORIGIN_BYTES + 4 * (this.resource.length + this.scope.length);
  }
}

const ORIGIN_BYTES = 1_024;
const MAX_ORIGINS = 4096;
const MAX_ORIGIN_BYTES = 32 * 1024 * 1024;

/** One object for each origin that looks the same: most requests bring those that others brought before. */
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

/** With its length, so that the parts of a key cannot be taken for others. */
const latin1 = (bytes: Uint8Array): string =>
  `${bytes.length}:${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')}`;
