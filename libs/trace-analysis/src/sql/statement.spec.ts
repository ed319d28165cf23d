import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StatementParser, parseStatement } from './statement.js';
import { tokenize } from './tokenize.js';

const patternOf = (text: string): string => parseStatement(text).pattern;

describe('statements', () => {
  it('have the same pattern when they differ in literals, placeholders, case, whitespace and comments', () => {
    const patterns = [
      "SELECT * FROM users WHERE id = 17 AND name = 'Ann'",
      "select *\n\tfrom users -- by id\nwhere id = -3 and name = 'it''s; -- no comment'",
      'SELECT * FROM users WHERE id = $1 AND name = $2',
      'SELECT * FROM "users" WHERE id = ? AND name = ?',
      'SELECT * FROM `users` WHERE id = :id AND name = @name',
      'SELECT * FROM [users] WHERE id = %s /* page 1 */ AND name = %(name)s',
      String.raw`SELECT * FROM users WHERE id = 0x1F AND name = E'it\'s'`,
      'SELECT * FROM users WHERE id = 1.5e-3 AND name = $tag$any $1 text$tag$',
    ].map((text) => patternOf(text).toUpperCase());
    expect(new Set(patterns)).toEqual(new Set(['SELECT * FROM USERS WHERE ID = ? AND NAME = ?']));
  });

  it('have the same pattern for lists and rows of any length', () => {
    expect(patternOf('SELECT a FROM t WHERE id IN (1, 2, 3)')).toBe('SELECT A FROM T WHERE ID IN (?)');
    expect(patternOf('SELECT a FROM t WHERE id IN ($1)')).toBe('SELECT A FROM T WHERE ID IN (?)');
    expect(patternOf("INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y'), (3, 'z')")).toBe(
      'INSERT INTO T (A, B) VALUES (?)',
    );
    expect(patternOf('INSERT INTO t (a, b) VALUES ($1, $2)')).toBe('INSERT INTO T (A, B) VALUES (?)');
  });

  it('keep subtractions, casts and indexes apart from negative numbers, placeholders and quoted names', () => {
    expect(patternOf('SELECT a - 1, b::text, c[1], ARRAY[x] FROM t')).toBe(
      'SELECT A - ?, B :: TEXT, C [ ? ], ARRAY [ X ] FROM T',
    );
  });

  it.each([
    ['SELECT p.id FROM shop.products p JOIN prices ON true', 'SELECT products', ['products', 'prices']],
    ['WITH old AS (SELECT 1 FROM a) DELETE FROM "b" WHERE id = 1', 'DELETE b', ['a', 'b']],
    ['INSERT INTO orders (id) VALUES (1) ON CONFLICT DO UPDATE SET id = 2', 'INSERT orders', ['orders']],
    ['UPDATE ONLY users SET name = ?', 'UPDATE users', ['users']],
    ['SELECT * FROM jobs WHERE id = 1 FOR UPDATE', 'SELECT jobs', ['jobs']],
    ['BEGIN', 'BEGIN', []],
    ['findUser', '', []],
    ['', '', []],
  ])('%j has the label %j', (text, label, tables) => {
    expect(parseStatement(text)).toMatchObject({ label, tables });
  });

  it('are reads when they neither write nor lock', () => {
    const isRead = (text: string): boolean => parseStatement(text).isRead;
    expect([isRead('SELECT 1 FROM t'), isRead('WITH a AS (SELECT 1) SELECT * FROM a')]).toEqual([true, true]);
    expect([isRead('SELECT * INTO copy FROM t'), isRead('DELETE FROM t')]).toEqual([false, false]);
    expect(isRead('SELECT * FROM t FOR UPDATE')).toBe(false);
  });

  it('ask for a lock only when they wait for it', () => {
    const isLock = (text: string): boolean => parseStatement(text).isLock;
    expect(isLock('SELECT * FROM t WHERE id = 1 FOR NO KEY UPDATE')).toBe(true);
    expect(isLock('LOCK TABLE t IN EXCLUSIVE MODE')).toBe(true);
    expect(isLock('SELECT pg_advisory_xact_lock(17)')).toBe(true);
    expect(isLock('SELECT * FROM t FOR UPDATE SKIP LOCKED')).toBe(false);
    expect(isLock('SELECT * FROM t FOR UPDATE NOWAIT')).toBe(false);
    expect(isLock("SELECT 'for update' FROM t")).toBe(false);
  });

  it('are pages when they read on in an order', () => {
    const isPage = (text: string): boolean => parseStatement(text).isPage;
    expect(isPage('SELECT * FROM t ORDER BY id LIMIT 100 OFFSET 300')).toBe(true);
    expect(isPage('SELECT * FROM t WHERE id > 17 ORDER BY id LIMIT 100')).toBe(true);
    // Prisma reads one row by its key like this.
    expect(isPage('SELECT * FROM t WHERE (id = $1 AND 1=1) LIMIT $2 OFFSET $3')).toBe(false);
    expect(isPage('SELECT * FROM t WHERE user_id = 1 ORDER BY id LIMIT 1')).toBe(false);
  });

  it('are read without an error, and with the literals in their order, for any text', () => {
    const part = fc.constantFrom(
      "'",
      '"',
      '`',
      '[',
      ']',
      '$',
      '$1',
      '$a$',
      '--',
      '/*',
      '*/',
      'E',
      '1',
      '-',
      '%(',
      ' ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const literals = tokenize(text).filter(({ kind }) => kind === 'literal');
        expect(parseStatement(text).literals).toEqual(literals.map((literal) => literal.text));
      }),
    );
  });

  it('have a pattern that does not contain their string literals, for any strings', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const literal = `'${value.replaceAll("'", "''")}'`;
        expect(patternOf(`SELECT a FROM t WHERE b = ${literal} AND c = 1`)).toBe(
          'SELECT A FROM T WHERE B = ? AND C = ?',
        );
      }),
    );
  });

  it('have the same pattern and literals from a parser that knows similar ones, for any texts', () => {
    const part = fc.constantFrom(
      "'",
      "'a'",
      '"',
      '`',
      '[',
      '$',
      '$1',
      '--',
      '/*',
      'E',
      'e',
      '1',
      '23',
      '-',
      '.',
      ':',
      'x',
      ' ',
      '%(',
    );
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const parser = new StatementParser();
        for (const each of texts) {
          const { statement, literals } = parser.parse(each);
          const alone = parseStatement(each);
          expect([statement.pattern, literals]).toEqual([alone.pattern, alone.literals]);
        }
      }),
    );
  });
});
