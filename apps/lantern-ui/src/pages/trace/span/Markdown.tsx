import { visibleText } from '../../../shared/visible-text.js';
import classes from './Markdown.module.css';
import { markdownBlocks, type MarkdownPiece } from './markdown-blocks.js';

const TAGS = { plain: 'span', strong: 'strong', emphasis: 'em', code: 'code' } as const;

/** Markdown of a message without links, images and HTML. */
export const Markdown = ({ text }: { readonly text: string }) => (
  <div className={classes.markdown}>
    {markdownBlocks(text).map((block, i) =>
      block.type === 'code' ? (
        <pre key={i} className={classes.code}>
          {visibleText(block.text)}
        </pre>
      ) : (
        <p key={i} data-block={block.type}>
          {block.pieces.map((piece, place) => (
            <Piece key={place} piece={piece} />
          ))}
        </p>
      ),
    )}
  </div>
);

const Piece = ({ piece: { style, text } }: { readonly piece: MarkdownPiece }) => {
  const Tag = TAGS[style];
  return <Tag>{visibleText(text)}</Tag>;
};
