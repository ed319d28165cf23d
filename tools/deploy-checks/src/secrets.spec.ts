import { describe, expect, it } from '@jest/globals';
import { secretsIn } from './secrets.js';

describe('secretsIn', () => {
  it.each([
    'password: hunter2hunter2',
    'password: hunter2hunter2 # only for the demo',
    'password: hunter2hunter2 # secretName',
    'DB_PASSWORD=hunter2hunter2',
    '{ "apiKey": "abcdef123456" }',
    'token: "abc#def12345"',
  ])('finds a secret in plain text, with or without a comment behind it: %s', (line) => {
    expect(secretsIn(`image: shop\n  ${line}\n`)).toEqual([line]);
  });

  it.each([
    '# password: the operator sets one',
    'password: # see the README, section password=example',
    'password: ${POSTGRES_PASSWORD}',
    'existingSecret: shop-database',
    'secretName: shop-tls-certificate',
    'password: only-inside-compose',
  ])('accepts comments, variables and names of secrets: %s', (line) => {
    expect(secretsIn(line)).toEqual([]);
  });
});
