import { attributeText, attributeValue, type Attributes, type Span } from '@lantern/telemetry-model';

/** A short fact beside the name of a span. */
export interface SpanBadge {
  readonly text: string;
  readonly title: string;
  readonly tone: 'plain' | 'warn' | 'error';
}

/** Today's names of the semantic conventions before those that many senders still use. */
const HTTP_STATUS = ['http.response.status_code', 'http.status_code'];
const SYSTEMS = [
  { keys: ['db.system.name', 'db.system'], title: 'Database' },
  { keys: ['messaging.system'], title: 'Messaging system' },
  { keys: ['rpc.system.name', 'rpc.system'], title: 'RPC system' },
];

/** @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
export const httpStatusOf = ({ attributes }: Pick<Span, 'attributes'>): string | undefined =>
  firstOf(attributes, HTTP_STATUS);

export const spanBadges = (span: Pick<Span, 'attributes'>): SpanBadge[] => {
  const badges: SpanBadge[] = [];
  const status = httpStatusOf(span);
  if (status !== undefined) {
    badges.push({ text: status, title: `HTTP status ${status}`, tone: toneOf(Number(status)) });
  }
  for (const { keys, title } of SYSTEMS) {
    const system = firstOf(span.attributes, keys);
    if (system !== undefined) badges.push({ text: system, title: `${title}: ${system}`, tone: 'plain' });
  }
  return badges;
};

const firstOf = (attributes: Attributes, keys: readonly string[]): string | undefined => {
  for (const key of keys) {
    const value = attributeValue(attributes, key);
    const text = value === undefined ? '' : attributeText(value);
    if (text !== '') return text.slice(0, 24);
  }
  return undefined;
};

const toneOf = (status: number): SpanBadge['tone'] =>
  status >= 500 ? 'error' : status >= 400 ? 'warn' : 'plain';
