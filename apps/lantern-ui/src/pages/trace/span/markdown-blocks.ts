/** Block of Markdown. Only what models write often: everything else is a paragraph. */
export type MarkdownBlock =
  | { readonly type: 'paragraph' | 'heading' | 'item'; readonly pieces: readonly MarkdownPiece[] }
  | { readonly type: 'code'; readonly text: string };

export interface MarkdownPiece {
  readonly style: 'plain' | 'strong' | 'emphasis' | 'code';
  readonly text: string;
}

/**
 * Splits Markdown into blocks of plain pieces. It makes no HTML, no links and no images: a message may come from anybody.
 */
export const markdownBlocks = (markdown: string): MarkdownBlock[] => {
  const blocks: MarkdownBlock[] = [];
  let paragraph: string[] = [];
  const endParagraph = (): void => {
    if (paragraph.length > 0) blocks.push({ type: 'paragraph', pieces: piecesOf(paragraph.join('\n')) });
    paragraph = [];
  };
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (/^\s*```/.test(line)) {
      endParagraph();
      const code: string[] = [];
      for (at++; at < lines.length && !/^\s*```\s*$/.test(lines[at] ?? ''); at++) code.push(lines[at] ?? '');
      blocks.push({ type: 'code', text: code.join('\n') });
      continue;
    }
    const [, heading] = /^#{1,6}\s+(.*)$/.exec(line) ?? [];
    const [, item] = /^\s*(?:[-*+]|\d{1,9}[.)])\s+(.*)$/.exec(line) ?? [];
    if (heading === undefined && item === undefined && line.trim() !== '') {
      paragraph.push(line);
      continue;
    }
    endParagraph();
    if (heading !== undefined) blocks.push({ type: 'heading', pieces: piecesOf(heading) });
    if (item !== undefined) blocks.push({ type: 'item', pieces: piecesOf(item) });
  }
  endParagraph();
  return blocks;
};

const PIECE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*/g;

const piecesOf = (text: string): MarkdownPiece[] => {
  const pieces: MarkdownPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(PIECE)) {
    const [whole, code, strong, emphasis = ''] = match;
    if (match.index > from) pieces.push({ style: 'plain', text: text.slice(from, match.index) });
    pieces.push(
      code !== undefined
        ? { style: 'code', text: code }
        : strong !== undefined
          ? { style: 'strong', text: strong }
          : { style: 'emphasis', text: emphasis },
    );
    from = match.index + whole.length;
  }
  if (from < text.length) pieces.push({ style: 'plain', text: text.slice(from) });
  return pieces;
};
