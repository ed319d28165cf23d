import { attributes } from '@lantern/telemetry-model/testing';
import { describe, expect, it } from '@jest/globals';
import { spanBadges } from './span-badges.js';

const badgesOf = (values: Parameters<typeof attributes>[0]) =>
  spanBadges({ attributes: attributes(values) }).map(({ text, tone }) => [text, tone]);

describe('spanBadges', () => {
  it('shows the HTTP status in a tone that says whose fault it was', () => {
    expect(badgesOf({ 'http.response.status_code': 201n })).toEqual([['201', 'plain']]);
    expect(badgesOf({ 'http.response.status_code': 404n })).toEqual([['404', 'warn']]);
    expect(badgesOf({ 'http.response.status_code': 504n })).toEqual([['504', 'error']]);
  });

  it('reads the names that older senders use', () => {
    expect(badgesOf({ 'http.status_code': '500', 'db.system': 'postgresql' })).toEqual([
      ['500', 'error'],
      ['postgresql', 'plain'],
    ]);
  });

  it('shows nothing for a span that says nothing', () => {
    expect(badgesOf({ 'user.id': '1', 'db.system.name': '' })).toEqual([]);
  });
});
