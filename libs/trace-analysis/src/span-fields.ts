import { attributeText, type AnyValue, type Attributes } from '@lantern/telemetry-model';

/** Keys of each field: those of the current semantic conventions, then older ones that many senders still use. */
const KEYS = {
  system: ['db.system.name', 'db.system'],
  statement: ['db.query.text', 'db.statement'],
  dbOperation: ['db.operation.name', 'db.operation'],
  collection: ['db.collection.name', 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table'],
  returnedRows: ['db.response.returned_rows'],
  pgValues: ['db.postgresql.values'],
  method: ['http.request.method', 'http.method'],
  url: ['url.full', 'http.url'],
  path: ['url.path', 'http.target'],
  query: ['url.query'],
  template: ['url.template'],
  route: ['http.route'],
  status: ['http.response.status_code', 'http.status_code'],
  host: ['server.address', 'net.peer.name', 'http.host'],
  port: ['server.port', 'net.peer.port'],
  peer: ['service.peer.name', 'peer.service'],
  rpcSystem: ['rpc.system.name', 'rpc.system'],
  rpcService: ['rpc.service'],
  rpcMethod: ['rpc.method'],
  requestSize: ['http.request.body.size', 'http.request_content_length', 'messaging.message.body.size'],
  responseSize: ['http.response.body.size', 'http.response_content_length'],
  contentType: [
    'http.response.header.content-type',
    'http.response.header.content_type',
    'http.request.header.content-type',
    'http.request.header.content_type',
  ],
  resendCount: ['http.request.resend_count'],
} as const;

export type SpanField = keyof typeof KEYS;

const FIELDS = Object.keys(KEYS) as readonly SpanField[];

/** Bit of each field in a mask. */
const BITS = Object.fromEntries(FIELDS.map((field, i) => [field, 1 << i])) as Readonly<
  Record<SpanField, number>
>;

const PARAMETER_BIT = 1 << FIELDS.length;

const BIT_OF_KEY: ReadonlyMap<string, number> = new Map(
  FIELDS.flatMap((field) => KEYS[field].map((key) => [key, BITS[field]] as const)),
);

const isParameter = (key: string): boolean =>
  key.startsWith('db.query.parameter.') || key.startsWith('db.operation.parameter.');

/**
 * Attributes of one span that detectors know, under one name for all versions of the semantic conventions. It keeps which
 * fields the span has, not their values: most spans lack most fields.
 */
export class SpanFields {
  private readonly attributes: Attributes;
  private readonly mask: number;

  constructor(attributes: Attributes) {
    let mask = 0;
    for (const { key } of attributes) mask |= BIT_OF_KEY.get(key) ?? (isParameter(key) ? PARAMETER_BIT : 0);
    this.attributes = attributes;
    this.mask = mask;
  }

  /** Whether the span has none of the fields. */
  get isEmpty(): boolean {
    return this.mask === 0;
  }

  has(field: SpanField): boolean {
    return (this.mask & BITS[field]) !== 0;
  }

  /** Returns the text of a field; undefined if the span has none, or an empty one. */
  text(field: SpanField): string | undefined {
    const value = this.valueOf(field);
    if (typeof value === 'string') return value === '' ? undefined : value;
    if (value === undefined) return undefined;
    // Headers are lists of values.
    const text = attributeText(Array.isArray(value) ? ((value[0] as AnyValue | undefined) ?? null) : value);
    return text === '' ? undefined : text;
  }

  number(field: SpanField): number | undefined {
    const value = this.valueOf(field);
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number === 'bigint') return Number(number);
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  /** Returns the texts of the parameters of a query, in the order of arrival. */
  parameters(): readonly string[] {
    if ((this.mask & PARAMETER_BIT) === 0) return NO_TEXTS;
    return this.attributes.filter(({ key }) => isParameter(key)).map(({ value }) => attributeText(value));
  }

  private valueOf(field: SpanField): AnyValue | undefined {
    if (!this.has(field)) return undefined;
    const bit = BITS[field];
    return this.attributes.find(({ key }) => BIT_OF_KEY.get(key) === bit)?.value;
  }
}

const NO_TEXTS: readonly string[] = [];
