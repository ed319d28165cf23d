/**
 * The one list of names whose values are never written to a span or a log line: query parameters, object keys, variables.
 * Compared without case and separators, so that `X-Api-Key`, `api_key` and `apiKey` are one name. README.md shows the list.
 */

/** Secret as any part of a longer name: `db_password_old`, `X-Amz-Signature`. */
const anywhere = [
  ...['password', 'passwd', 'passphrase', 'passcode', 'secret', 'credential', 'authorization', 'cookie'],
  ...['apikey', 'accesskey', 'privatekey', 'signature', 'jwt'],
];

/** Secret at the end of a longer name: `refresh_token`, `PHPSESSID`. */
const atTheEnd = [
  ...['token', 'tokenhint', 'cardnumber', 'sessionid', 'sessid', 'clientassertion'],
  ...[
    'subscriptionkey',
    'functionskey',
    'accountkey',
    'masterkey',
    'signingkey',
    'encryptionkey',
    'sharedkey',
  ],
];

/** Secret as a whole name. */
const whole = [
  ...['pass', 'pwd', 'pin', 'auth', 'sig', 'hmac', 'session', 'cvv', 'cvc'],
  // OAuth 2.0, OpenID Connect and SAML: https://www.rfc-editor.org/rfc/rfc6749, rfc7636, rfc7521, rfc8628
  ...['authcode', 'codeverifier', 'devicecode', 'usercode', 'assertion', 'samlresponse', 'samlrequest'],
  // One-time codes
  ...[
    'otp',
    'totp',
    'hotp',
    'otc',
    'onetimecode',
    'verificationcode',
    'confirmationcode',
    'resetcode',
    'logincode',
  ],
  ...['mfacode', 'mfa', '2fa', 'twofactorcode', 'oobcode', 'smscode', 'securitycode'],
];

/**
 * Secret as a parameter of a URL alone: elsewhere these names are common and harmless, such as the `code` of an error.
 * `code` is OAuth's authorization code, `key` an API key, `sid` a session, `ticket` CAS's, `googleaccessid` of signed URLs.
 */
const inUrls = ['code', 'key', 'sid', 'ticket', 'googleaccessid'];

const alternatives = (names: readonly string[]): string => names.join('|');

const secretName = new RegExp(
  `${alternatives(anywhere)}|(?:${alternatives(atTheEnd)})$|^(?:${alternatives(whole)})$`,
);
const secretParameters: ReadonlySet<string> = new Set(inUrls);

/** Maximum number of names whose result is cached: names repeat on each line. */
const MAX_REMEMBERED = 1000;

/** Decides whether the value behind a name must be masked. `extraNames` extends the built-in list. */
export class SensitiveNames {
  private readonly names = new Map<string, boolean>();
  private readonly parameters = new Map<string, boolean>();
  private readonly extra: Set<string>;

  constructor(extraNames: readonly string[] = []) {
    this.extra = new Set(extraNames.map(plain));
  }

  /** Adds the names of an application to the list. */
  add(names: readonly string[]): void {
    for (const name of names) this.extra.add(plain(name));
    this.names.clear();
    this.parameters.clear();
  }

  /** Returns whether the name is secret as a key of an object. */
  has(name: string): boolean {
    return remember(this.names, name, () => this.isSecret(plain(name)));
  }

  /** Returns whether the name is secret as a URL parameter. Each part of a nested name (`user[pass]`, `user.pass`) counts. */
  hasParameter(name: string): boolean {
    return remember(this.parameters, name, () => {
      if (this.isSecret(plain(name))) return true;
      return name.split(/[[\].]+/).some((part) => {
        const bare = plain(part);
        return secretParameters.has(bare) || this.isSecret(bare);
      });
    });
  }

  private isSecret(bare: string): boolean {
    return secretName.test(bare) || this.extra.has(bare);
  }
}

const remember = (judged: Map<string, boolean>, name: string, judge: () => boolean): boolean => {
  const known = judged.get(name);
  if (known !== undefined) return known;
  const isSecret = judge();
  if (judged.size < MAX_REMEMBERED) judged.set(name, isSecret);
  return isSecret;
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Names that this process masks in URLs and in the library's own messages. */
export const sensitiveNames = new SensitiveNames();
