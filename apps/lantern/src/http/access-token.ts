import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing about either text, their lengths included. */
const isEqual = (a: string, b: string): boolean => {
  const [hashA, hashB] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return hashA !== undefined && hashB !== undefined && timingSafeEqual(hashA, hashB);
};

const BEARER = /^Bearer +(\S+)$/i;

/** The secret that whoever may send and read has to show. */
export class AccessToken {
  /** What a browser keeps instead of the token itself: nobody can learn the token from it. */
  readonly session: string;

  constructor(private readonly token: string) {
    this.session = createHmac('sha256', token).update('lantern browser session').digest('hex');
  }

  isToken(candidate: string): boolean {
    return isEqual(candidate, this.token);
  }

  /** @param header `Authorization`, with the scheme Bearer */
  isAuthorized(header: string | undefined): boolean {
    const [, candidate] = BEARER.exec(header ?? '') ?? [];
    return candidate !== undefined && this.isToken(candidate);
  }

  isSession(candidate: string): boolean {
    return isEqual(candidate, this.session);
  }
}
