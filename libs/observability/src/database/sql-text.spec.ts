import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { summarizeSql, withoutLiterals } from './sql-text.js';

describe('the summary of a SQL text', () => {
  it.each([
    ['select * from users', 'SELECT', 'users'],
    ['SELECT "u".* FROM "users" AS "u" WHERE id = $1', 'SELECT', 'users'],
    ['select 1', 'SELECT', undefined],
    ['select * from (select * from users) as u', 'SELECT', undefined],
    ['select (select max(x) from other) from users', 'SELECT', 'users'],
    ['select "from" from `users`', 'SELECT', 'users'],
    ['-- from ghosts\nselect * /* from ghosts */ from shop.users', 'SELECT', 'shop.users'],
    ["select 'from ghosts' from users", 'SELECT', 'users'],
    ['insert into "orders" ("id") values (?)', 'INSERT', 'orders'],
    ['insert or ignore into orders values (?)', 'INSERT', 'orders'],
    ['update only orders set total = 1', 'UPDATE', 'orders'],
    ['delete from orders where id = ?', 'DELETE', 'orders'],
    ['with recent as (select * from orders) select * from recent', 'SELECT', 'recent'],
    ['with gone as (select 1) delete from orders', 'DELETE', 'orders'],
    ['create table if not exists "users" (id int)', 'CREATE TABLE', 'users'],
    ['create unique index users_name on users (name)', 'CREATE INDEX', undefined],
    ['pragma foreign_keys = on', 'PRAGMA', undefined],
    ['begin', 'BEGIN', undefined],
    ['', undefined, undefined],
    ['42', undefined, undefined],
  ])('of %s', (sql, operation, table) => {
    expect(summarizeSql(sql, 'postgresql')).toMatchObject({ operation, table });
  });

  it.each([
    [
      "select * from users where name = 'O''Brien' and age > 42",
      'select * from users where name = ? and age > ?',
    ],
    [String.raw`select E'a\'b', $$it's$$, $tag$x$tag$ from t1`, 'select ?, ?, ? from t1'],
    [
      'select * from users where id = $1 and x = :name and y = ?',
      'select * from users where id = $1 and x = :name and y = ?',
    ],
    ['select 0xFF, 1.5e3, "a1" from t', 'select ?, ?, "a1" from t'],
    ["select * from users where name = 'never closed", 'select * from users where name = ?'],
  ])('keeps no value of %s', (sql, text) => {
    expect(summarizeSql(sql, 'postgresql').text).toBe(text);
  });

  it('takes double quotes for a string in MySQL', () => {
    expect(summarizeSql(String.raw`select * from users where name = "it\"s"`, 'mysql').text).not.toContain(
      's"',
    );
    expect(summarizeSql('select * from `users` where name = "me"', 'mysql')).toEqual({
      operation: 'SELECT',
      table: 'users',
      text: 'select * from `users` where name = ?',
    });
  });

  it('takes brackets for a name in SQL Server', () => {
    expect(summarizeSql('select * from [dbo].[my users]', 'microsoft.sql_server').table).toBe('dbo.my users');
  });

  it('cuts a long text', () => {
    expect(summarizeSql(`select ${'?,'.repeat(10_000)}? from t`, 'sqlite').text.length).toBeLessThan(5000);
  });

  it('reads anything, keeps the text but for literals, and never a quoted string', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.stringMatching(/^[a-z ]{8,20}$/), (noise, secret) => {
        const { text } = summarizeSql(`select '${secret}' from t ${noise}`, 'postgresql');
        expect(text.startsWith('select ? from t ')).toBe(true);
      }),
    );
  });

  it('parses the beginning of a statement of megabytes alone', () => {
    const sql = `insert into orders values ${"('a', 1),".repeat(500_000)}('a', 1)`;
    expect(summarizeSql(sql, 'postgresql')).toMatchObject({ operation: 'INSERT', table: 'orders' });
    expect(withoutLiterals(sql, 'postgresql').length).toBeLessThan(10_000);
  });

  it.each(['postgresql', 'mysql', 'microsoft.sql_server'])(
    'has the text that withoutLiterals() returns for %s, whatever is written',
    (system) => {
      const piece = fc.constantFrom(
        ...["'it''s'", String.raw`'a\'b'`, '"n"', '`n`', '[n]', "E'x'", '$$a$$', '$t$a$t$', '$1', ':a', '?'],
        ...[
          '--c\n',
          '/* c */',
          '42',
          't1',
          '0xF',
          '1.5e3',
          ' ',
          '(',
          ')',
          ',',
          "'",
          '"',
          'select',
          'from',
          '$',
        ],
      );
      fc.assert(
        fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 }))), (pieces) => {
          const sql = pieces.join('');
          expect(withoutLiterals(sql, system)).toBe(summarizeSql(sql, system).text);
        }),
      );
    },
  );
});
