import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares two strings in constant time, so that the time reveals neither their content nor their length. */
const isEqual = (a: string, b: string): boolean => {
  const [hashA, hashB] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return hashA !== undefined && hashB !== undefined && timingSafeEqual(hashA, hashB);
};

const BEARER = /^Bearer +(\S+)$/i;

/** Bearer token that clients authenticate with. */
export class AccessToken {
  /** Value of the session cookie. It is derived from the token, which cannot be computed from it. */
  readonly session: string;

  constructor(private readonly token: string) {
    this.session = createHmac('sha256', token).update('lantern browser session').digest('hex');
  }

  isToken(candidate: string): boolean {
    return isEqual(candidate, this.token);
  }

  /** @param header value of `Authorization`, with the scheme Bearer */
  isAuthorized(header: string | undefined): boolean {
    const [, candidate] = BEARER.exec(header ?? '') ?? [];
    return candidate !== undefined && this.isToken(candidate);
  }

  isSession(candidate: string): boolean {
    return isEqual(candidate, this.session);
  }
}
