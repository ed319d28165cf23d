import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { describeError, errorType, httpStatusOf } from './errors.js';

describe('what is said about an error', () => {
  it('An error is described by class, message, code, stack and causes', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new TypeError('no answer', { cause });
    expect(describeError(error)).toEqual({
      name: 'TypeError',
      message: 'no answer',
      stack: expect.stringMatching(/^TypeError: no answer\n[^]*\nCaused by: Error: connect ECONNREFUSED\n/),
      cause: {
        name: 'Error',
        message: 'connect ECONNREFUSED',
        code: 'ECONNREFUSED',
        stack: expect.any(String),
      },
    });
  });

  it('An aggregate error without a message is described by the messages of its parts', () => {
    const both = new AggregateError([new Error('refused ::1'), new Error('refused 127.0.0.1')]);
    expect(describeError(both).message).toBe('refused ::1; refused 127.0.0.1');
    expect(describeError(Object.assign(new Error(), { code: 'EPIPE' })).message).toBe('EPIPE');
  });

  it('The number of described causes is limited, even if they are cyclic', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeError(error).stack?.match(/Caused by/g)).toHaveLength(5);
  });

  it('The type of an error is its code or its class', () => {
    expect(errorType(Object.assign(new Error(), { code: 'ECONNRESET' }))).toBe('ECONNRESET');
    expect(errorType(new RangeError())).toBe('RangeError');
    expect(errorType('text')).toBe('string');
  });

  it('The HTTP status of an error is read from it', () => {
    expect(httpStatusOf(new BadRequestException())).toBe(400);
    expect(httpStatusOf(new Error())).toBeUndefined();
    expect(httpStatusOf(null)).toBeUndefined();
    expect(httpStatusOf({ getStatus: 500 })).toBeUndefined();
    expect(
      httpStatusOf({
        getStatus: () => {
          throw new Error('no');
        },
      }),
    ).toBeUndefined();
  });
});
