const FIRST_MILLIS = 500;
const LAST_MILLIS = 5000;

/** A receiver that asks for more patience than this is asked again all the same, in milliseconds. */
const MAX_RETRY_AFTER_MILLIS = 60_000;

/** How long to wait before each further attempt. */
export class Backoff {
  private nextMillis: number;

  constructor(
    private readonly random: () => number = Math.random,
    private readonly bounds = { firstMillis: FIRST_MILLIS, lastMillis: LAST_MILLIS },
  ) {
    this.nextMillis = bounds.firstMillis;
  }

  /**
   * Milliseconds until the next attempt: doubling from one to the next, of which a random half is left out, so that
   * services that lost their backend together do not come back together; never less than `retryAfterMillis`.
   */
  next(retryAfterMillis = 0): number {
    const millis = this.nextMillis * (0.5 + this.random() / 2);
    this.nextMillis = Math.min(this.nextMillis * 2, this.bounds.lastMillis);
    return Math.max(millis, Math.min(retryAfterMillis, MAX_RETRY_AFTER_MILLIS));
  }

  reset(): void {
    this.nextMillis = this.bounds.firstMillis;
  }
}

/** `Retry-After`: seconds or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export const parseRetryAfter = (header: string | undefined, now = Date.now()): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  // A date names its month; V8 would read one into other texts too.
  const date = /[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};
