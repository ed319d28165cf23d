/** Kind of value that must not be in telemetry, as sentences name it. */
export type SecretKind =
  | 'a bearer token'
  | 'a JSON Web Token'
  | 'a private key'
  | 'an access key'
  | 'a password in a URL'
  | 'an email address'
  | 'a card number';

interface SecretPattern {
  readonly kind: SecretKind;
  readonly pattern: RegExp;
  /** Check beyond the pattern. */
  readonly isSecret?: (match: string) => boolean;
}

/** Marks that instrumentations write instead of a secret. */
export const isMasked = (value: string): boolean =>
  /^\W*$|[*•x]{3,}|redacted|masked|filtered|removed|hidden|scrubbed|omitted|^<[^>]+>$|^\[[^\]]*\]$/i.test(
    value,
  );

const DIGITS_AND_GAPS = /(?<![\w.-])(?:\d[ -]?){12,18}\d(?![\w.-])/g;

const PATTERNS: readonly SecretPattern[] = [
  { kind: 'a JSON Web Token', pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]*/g },
  {
    kind: 'a bearer token',
    pattern: /\b(?:bearer|basic) +[\w~+/.=-]{8,}/gi,
    isSecret: (match) => /[\d=+/]|[a-z][A-Z]/.test(match.slice(7)),
  },
  {
    kind: 'a private key',
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  {
    kind: 'an access key',
    pattern:
      /\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[oprsu]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|[rs]k_live_\w{16,}|sk-(?:proj-|ant-)?[\w-]{20,}|AIza[\w-]{35}|npm_\w{36}|SG\.[\w-]{16,}\.[\w-]{16,})\b/g,
  },
  {
    kind: 'a password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*:[^\s/?#@]+@/gi,
    isSecret: (match) => !isMasked(match.slice(match.lastIndexOf(':') + 1, -1)),
  },
  {
    kind: 'an email address',
    pattern: /(?<![\w.+/:-])[\w.+-]+@(?!\d+x\b)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b/gi,
    isSecret: (match) => !isNoPerson(match),
  },
  { kind: 'a card number', pattern: DIGITS_AND_GAPS, isSecret: (match) => isCardNumber(match) },
];

/** Whether the text may contain a secret. A cheap test before the patterns: most values are short names and numbers. */
const MAY_CONTAIN =
  /@[\w-]+\.|eyJ|PRIVATE KEY|[Bb](?:earer|asic) |AKIA|ASIA|gh[oprsu]_|github_pat_|glpat-|xox[abprs]-|k_live_|sk-|AIza|npm_|SG\.|:\/\/[^/]*@|\d(?:[ -]?\d){12}/;

/** Returns the kind of the first secret in a text. */
export const findSecret = (text: string): SecretKind | undefined => {
  if (text.length < 6 || !MAY_CONTAIN.test(text)) return undefined;
  for (const { kind, pattern, isSecret } of PATTERNS) {
    for (const [match] of text.matchAll(pattern)) if (isSecret?.(match) ?? true) return kind;
  }
  return undefined;
};

/** Replaces all secrets in a text by `***`. */
export const maskSecrets = (text: string): string => {
  if (!MAY_CONTAIN.test(text)) return text;
  return PATTERNS.reduce(
    (masked, { kind, pattern, isSecret }) =>
      masked.replaceAll(pattern, (match) => {
        if (!(isSecret?.(match) ?? true)) return match;
        return kind === 'a password in a URL' ? `${match.slice(0, match.indexOf('://') + 3)}***@` : '***';
      }),
    text,
  );
};

/** Addresses of machines and examples: Git remotes, packages, and the domains that RFC 2606 reserves. */
const isNoPerson = (address: string): boolean =>
  /^(?:git|noreply|no-reply|root|user|info|support|admin)@|@(?:localhost|example\.(?:com|org|net)|[\w.-]+\.(?:local|internal|svc|test|invalid|example|png|jpg|js|ts|css))$/i.test(
    address,
  );

/** Lengths and first digits of Visa, Mastercard, American Express, Discover. */
const CARD_ISSUER = /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})$/;

const isCardNumber = (text: string): boolean => {
  const digits = text.replaceAll(/\D/g, '');
  return CARD_ISSUER.test(digits) && !/^(\d)\1+$/.test(digits) && hasLuhnDigit(digits);
};

/** @see https://www.iso.org/standard/70484.html (ISO/IEC 7812-1, annex B) */
const hasLuhnDigit = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const value = i % 2 === 1 ? digit * 2 : digit;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
};
