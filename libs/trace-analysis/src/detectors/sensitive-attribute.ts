import { attributeText, formatCounted, type AnyValue, type Attributes } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import { isSecretName } from '../sensitive/secret-names.js';
import { findSecret, isMasked } from '../sensitive/secrets.js';

/** Attributes with values of the platform, which are many and never secret. URLs have a detector of their own. */
const SKIPPED =
  /^(?:telemetry\.|otel\.|thread\.|code\.|process\.(?:pid|runtime)|http\.(?:request\.method|method|route|status_code|response\.status_code|flavor|url|target)|url\.(?:full|path|query|scheme)|net\.|network\.|rpc\.(?:system|method|service)|db\.(?:system|name|namespace|operation)|server\.|sampling\.)/;

/** Values longer than this are read up to here. */
const MAX_LENGTH = 10_000;

interface KeyUse {
  readonly isSkipped: boolean;
  readonly isSecretName: boolean;
  /** Value that was found harmless last: most values of a key repeat. */
  harmless: AnyValue | undefined;
}

/** Finds attributes of spans and events with secrets or personal data, by their names and by the form of their values. */
export const detectSensitiveAttributes: Detector = (facts) => {
  const uses = new Map<string, KeyUse>();
  const found = new Map<string, { what: string; rows: number[] }>();
  const check = (attributes: Attributes, row: number): void => {
    for (const { key, value } of attributes) {
      let use = uses.get(key);
      if (use === undefined) {
        use = { isSkipped: SKIPPED.test(key), isSecretName: isSecretName(key), harmless: undefined };
        uses.set(key, use);
      }
      if (use.isSkipped || typeof value === 'boolean' || value === use.harmless) continue;
      const what = contentOf(value, use.isSecretName);
      if (what === undefined) {
        use.harmless = value;
        continue;
      }
      const entry = found.get(key);
      if (entry === undefined) found.set(key, { what, rows: [row] });
      else if (entry.rows.at(-1) !== row) entry.rows.push(row);
    }
  };
  for (const [row, { span }] of facts.spans.entries()) {
    check(span.attributes, row);
    for (const event of span.events) check(event.attributes, row);
  }
  return [...found].map(([key, { what, rows }]): Detection => ({
    kind: 'sensitive-attribute',
    share: 0,
    rows,
    text: `The attribute ${codeText(key)} of ${formatCounted(rows.length, 'span')} in ${codeText(facts.service(rows[0] ?? 0))} contains ${what}.`,
  }));
};

const contentOf = (value: AnyValue, hasSecretName: boolean): string | undefined => {
  const isText = typeof value === 'string';
  // A number that is no secret by its name may still be the number of a card.
  if (!isText && !hasSecretName && (typeof value === 'number' || value === null)) return undefined;
  const text = (isText ? value : attributeText(value)).slice(0, MAX_LENGTH);
  if (
    hasSecretName &&
    text.length > 2 &&
    !isMasked(text) &&
    !/^\d{1,4}$|^(?:true|false|none|null|undefined)$/i.test(text)
  )
    return 'a secret by its name';
  return findSecret(text);
};
