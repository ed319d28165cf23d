import type { SpanDetail } from '../../../api/trace/trace-queries.js';
import { CopyButton } from '../../../shared/CopyButton.js';
import { visibleText } from '../../../shared/visible-text.js';
import classes from './RawJson.module.css';

/** Maximum number of characters shown. The copy button copies all of them. */
const MOST_JSON = 20_000;

export const RawJson = ({ json }: Pick<SpanDetail, 'json'>) => {
  const text = JSON.stringify(json, null, 2);
  return (
    <div className={classes.json}>
      <pre tabIndex={0} aria-label="OTLP/JSON of the span">
        {visibleText(text.length > MOST_JSON ? `${text.slice(0, MOST_JSON)}\n…` : text)}
      </pre>
      <CopyButton value={text} what="OTLP/JSON of the span" />
    </div>
  );
};
