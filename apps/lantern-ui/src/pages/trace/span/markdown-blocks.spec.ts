import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { markdownBlocks, type MarkdownBlock } from './markdown-blocks.js';

const textOf = (block: MarkdownBlock): string =>
  block.type === 'code' ? block.text : block.pieces.map(({ text }) => text).join('');

it('markdownBlocks reads headings, lists, code, strong and emphasized text', () => {
  const blocks = markdownBlocks(
    '# Title\nSome **bold**, *soft* and `code`\nlines\n\n- one\n2. two\n```ts\na < b\n```',
  );
  expect(blocks).toEqual([
    { type: 'heading', pieces: [{ style: 'plain', text: 'Title' }] },
    {
      type: 'paragraph',
      pieces: [
        { style: 'plain', text: 'Some ' },
        { style: 'strong', text: 'bold' },
        { style: 'plain', text: ', ' },
        { style: 'emphasis', text: 'soft' },
        { style: 'plain', text: ' and ' },
        { style: 'code', text: 'code' },
        { style: 'plain', text: '\nlines' },
      ],
    },
    { type: 'item', pieces: [{ style: 'plain', text: 'one' }] },
    { type: 'item', pieces: [{ style: 'plain', text: 'two' }] },
    { type: 'code', text: 'a < b' },
  ]);
});

it('markdownBlocks keeps HTML, links and images as the text that they are', () => {
  const text = '<img src=x> [a](javascript:alert(1)) ![b](http://example.com/c.png)';
  expect(markdownBlocks(text).map(textOf)).toEqual([text]);
});

it('markdownBlocks loses no word of any text', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const mark = fc.constantFrom('\n', ' ', '**', '*', '`', '# ', '- ', '```\n', '1. ');
  fc.assert(
    fc.property(fc.array(fc.oneof(word, mark), { maxLength: 30 }), (parts) => {
      const shown = markdownBlocks(parts.join('')).map(textOf).join('\n');
      const words = (text: string) => text.match(/[a-z]+/g)?.join('') ?? '';
      // The language of a block of code is no part of it.
      fc.pre(!parts.join('').includes('```'));
      expect(words(shown)).toBe(words(parts.join('')));
    }),
  );
});
