import { describe, expect, it } from '@jest/globals';
import { Feed } from './feed.js';

describe('a feed', () => {
  it('unsubscribes a listener that throws and reports the error, without an effect on other listeners', () => {
    const feed = new Feed<number>();
    const heard: unknown[] = [];
    feed.follow(
      (item) => {
        throw new RangeError(`Invalid string length of ${item}`);
      },
      (error) => heard.push(String(error)),
    );
    const stop = feed.follow(
      (item) => heard.push(item),
      () => undefined,
    );
    feed.publish(1);
    feed.publish(2);
    expect(heard).toEqual(['RangeError: Invalid string length of 1', 1, 2]);
    expect(feed.size).toBe(1);
    stop();
    expect(feed.size).toBe(0);
  });
});
