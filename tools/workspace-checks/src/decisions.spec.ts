import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const folder = new URL('../../../docs/decisions/', import.meta.url);

const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

const records = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .sort();

const titleOf = (name: string): string => read(name).split('\n', 1)[0]?.replace(/^# /, '') ?? '';

/** Lines of the index that list a record: `- [title](file): One sentence.` */
const indexed = [...read('README.md').matchAll(/^- \[(?<title>.+)\]\((?<file>\S+\.md)\): (?<summary>.+)$/gm)];

describe('decision records', () => {
  it.each(records)('%s begins with its number and subject, its status and its date', (name) => {
    const link = String.raw`\[\d{3}\]\(\d{3}-[\w-]+\.md\)`;
    const status = `accepted|accepted, supersedes ${link}|superseded by ${link}`;
    const start = String.raw`^# ${name.slice(0, 3)} — \S.+\n\nStatus: (${status})\. Date: \d{4}-\d{2}-\d{2}\.\n\n## Context\n`;
    expect(read(name)).toMatch(new RegExp(start));
  });

  it.each(records)('%s has a context, a decision, consequences and alternatives, in this order', (name) => {
    const headings = [...read(name).matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['Context', 'Decision', 'Consequences', 'Alternatives']);
  });

  it.each(records)('%s links only to records that exist', (name) => {
    const linked = [...read(name).matchAll(/\]\((\d{3}-[\w-]+\.md)\)/g)].map(([, file]) => file);
    expect(records).toEqual(expect.arrayContaining(linked));
  });

  it('are listed in the index once each, in the order of their numbers, with their title', () => {
    const entries = indexed.map(({ groups }) => [groups?.file, groups?.title]);
    expect(entries).toEqual(records.map((name) => [name, titleOf(name)]));
  });

  it('have a summary in the index that ends as a sentence does', () => {
    for (const { groups } of indexed) expect(groups?.summary).toMatch(/^\S.+\.$/);
  });

  it('have numbers of their own', () => {
    const numbers = records.map((name) => name.slice(0, 3));
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
