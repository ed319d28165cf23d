import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatTags, parseTags, TagSyntaxError, tagPlaceAt } from './tags.js';

describe('parseTags', () => {
  it.each([
    ['', {}],
    ['  ', {}],
    ['error=true', { error: 'true' }],
    ['http.status_code=200 error=true', { 'http.status_code': '200', error: 'true' }],
    [
      'http.route="/users/:id" user.name="Ada \\"L\\""',
      { 'http.route': '/users/:id', 'user.name': 'Ada "L"' },
    ],
    ['foo = "bar"', { foo: 'bar' }],
    ['error', { error: 'true' }],
    ['error retry=2', { error: 'true', retry: '2' }],
    ['url=http://a/?b=c', { url: 'http://a/?b=c' }],
    ['empty=', { empty: '' }],
    ['a=1 a=2', { a: '2' }],
  ])('parseTags parses %s', (text, tags) => {
    expect(parseTags(text)).toEqual(tags);
  });

  it.each([
    ['name="Ada', 'The quotation mark of name is not closed.'],
    ['=5', 'A key is missing before “=5”'],
    ['"error"=true', 'A key is missing before “"error"=true”'],
  ])('parseTags names the error of %s', (text, message) => {
    expect(() => parseTags(text)).toThrow(TagSyntaxError);
    expect(() => parseTags(text)).toThrow(message);
  });

  it('parseTags returns tags or a TagSyntaxError for every text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseTags(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TagSyntaxError);
        }
      }),
    );
  });
});

describe('formatTags', () => {
  it('formatTags is the inverse of parseTags', () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9._-]*$/);
    fc.assert(
      fc.property(fc.dictionary(key, fc.string()), (tags) => {
        expect(parseTags(formatTags(tags))).toEqual({ ...tags });
      }),
    );
  });
});

describe('tagPlaceAt', () => {
  it.each([
    ['|', undefined, '', 0, 0],
    ['http.r|', undefined, 'http.r', 0, 6],
    ['a=1 http|', undefined, 'http', 4, 8],
    ['a=1 |', undefined, '', 4, 4],
    ['http.route=|', 'http.route', '', 11, 11],
    ['http.route=/us|ers b=2', 'http.route', '/us', 11, 17],
    ['user="ann l|', 'user', 'ann l', 5, 11],
  ])('tagPlaceAt returns what is being typed in %s', (text, key, typed, from, to) => {
    expect(tagPlaceAt(text.replace('|', ''), text.indexOf('|'))).toEqual({ key, typed, from, to });
  });
});
