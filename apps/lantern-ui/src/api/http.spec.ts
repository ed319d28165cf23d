import { describe, expect, it } from '@jest/globals';
import { ApiError, errorMessageIn } from './http.js';

describe('errorMessageIn', () => {
  it.each([
    [
      '{"error":{"httpCode":400,"message":"malformed parameter query.durationMin"}}',
      'malformed parameter query.durationMin',
    ],
    ['{"data":null,"errors":[{"code":404,"msg":"trace not found"}]}', 'trace not found'],
    ['{"statusCode":500,"message":"disk full"}', 'disk full'],
    ['parse error at line 1, col 17: syntax error\n', 'parse error at line 1, col 17: syntax error'],
    [
      '{"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed left parenthesis"}',
      '1:5: parse error: unclosed left parenthesis',
    ],
    ['<html>502 Bad Gateway</html>', undefined],
    ['', undefined],
    ['{"error":{}}', undefined],
    ['null', undefined],
  ])('errorMessageIn reads the message of %s', (body, message) => {
    expect(errorMessageIn(body)).toBe(message);
  });
});

describe('ApiError', () => {
  it('ApiError distinguishes transient errors from permanent ones', () => {
    expect([undefined, 503, 404, 400].map((status) => new ApiError('', '/', status).isTransient)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
