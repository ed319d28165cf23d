import type { SpanDetail } from '../../../api/trace/trace-queries.js';
import { CodeBlock } from '../../../shared/CodeBlock.js';
import { visibleText } from '../../../shared/visible-text.js';

/** Maximum number of characters shown. The copy button copies all of them. */
const MOST_JSON = 20_000;

export const RawJson = ({ json }: Pick<SpanDetail, 'json'>) => {
  const text = JSON.stringify(json, null, 2);
  return (
    <CodeBlock label="OTLP/JSON of the span" text={text} what="OTLP/JSON of the span">
      {visibleText(text.length > MOST_JSON ? `${text.slice(0, MOST_JSON)}\n…` : text)}
    </CodeBlock>
  );
};
