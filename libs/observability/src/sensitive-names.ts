/**
 * Names whose values are never written to a span or a log line: header and query names, object keys.
 * Compared without case and separators, so that `X-Api-Key`, `api_key` and `apiKey` are one name.
 */
const containing =
  /password|passwd|passphrase|secret|authorization|cookie|apikey|accesskey|privatekey|credential|signature|jwt/;
const endingWith = /token$|^pwd$|^pin$|^auth$|^sig$|^session(?:id)?$|^cvv$|^cvc$|cardnumber$/;

/** Names repeat on each line; a name is judged once, up to this many names. */
const maxRemembered = 1000;

/** Decides whether the value behind a name must be masked. `extraNames` widens the built-in list. */
export class SensitiveNames {
  private readonly remembered = new Map<string, boolean>();
  private readonly extra: ReadonlySet<string>;

  constructor(extraNames: readonly string[] = []) {
    this.extra = new Set(extraNames.map(plain));
  }

  has(name: string): boolean {
    const known = this.remembered.get(name);
    if (known !== undefined) return known;
    const bare = plain(name);
    const sensitive = containing.test(bare) || endingWith.test(bare) || this.extra.has(bare);
    if (this.remembered.size < maxRemembered) this.remembered.set(name, sensitive);
    return sensitive;
  }
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The names that are masked unless an application adds its own. */
export const sensitiveNames = new SensitiveNames();
