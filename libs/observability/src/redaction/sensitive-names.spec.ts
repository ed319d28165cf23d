import { describe, expect, it } from '@jest/globals';
import { SensitiveNames } from './sensitive-names.js';

const names = new SensitiveNames();

describe('the list of secret names', () => {
  it.each([
    ...['password', 'db_password_old', 'X-Api-Key', 'apiKey', 'Authorization', 'Set-Cookie', 'client_secret'],
    ...['access_token', 'refreshToken', 'id_token_hint', 'code_verifier', 'client_assertion', 'SAMLResponse'],
    ...[
      'X-Amz-Signature',
      'X-Amz-Credential',
      'X-Amz-Security-Token',
      'AWSAccessKeyId',
      'X-Goog-Signature',
      'sig',
    ],
    ...[
      'PHPSESSID',
      'JSESSIONID',
      'session_id',
      'session',
      'pass',
      'pwd',
      'pin',
      'otp',
      'totp',
      '2fa',
      'oobCode',
    ],
    ...['subscription-key', 'verification_code', 'card_number', 'cvv'],
  ])('The sensitive name %s is redacted as a key of an object and as a parameter of a URL', (name) => {
    expect(names.has(name)).toBe(true);
    expect(names.hasParameter(name)).toBe(true);
  });

  it.each(['code', 'key', 'sid', 'ticket', 'GoogleAccessId'])(
    'The name %s is redacted only as a parameter of a URL',
    (name) => {
      expect(names.has(name)).toBe(false);
      expect(names.hasParameter(name)).toBe(true);
    },
  );

  it.each([
    'postcode',
    'keyword',
    'encoding',
    'state',
    'page',
    'passenger',
    'compass',
    'author',
    'pinned',
    'tokens',
  ])('The name %s is not redacted', (name) => {
    expect(names.has(name)).toBe(false);
    expect(names.hasParameter(name)).toBe(false);
  });

  it('An application can add sensitive names, in any case and with any separators', () => {
    const widened = new SensitiveNames();
    expect(widened.hasParameter('iban')).toBe(false);
    widened.add(['I-BAN']);
    expect(widened.hasParameter('iban')).toBe(true);
    expect(widened.has('Iban')).toBe(true);
  });
});
