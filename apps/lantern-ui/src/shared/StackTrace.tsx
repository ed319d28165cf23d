import { CopyButton } from './CopyButton.js';
import classes from './StackTrace.module.css';

/** A line that lies in a library or in the runtime, not in the service's own code. */
const FOREIGN_FRAME =
  /node_modules|\(?node:|<anonymous>|\/site-packages\/|^\s*at (?:java|jdk|sun|org\.springframework)\./;

export const isStackTrace = (text: string): boolean => /\n\s+at \S|\n\s+File "/.test(text);

/** One frame a line, those of libraries faint. */
export const StackTrace = ({ text }: { readonly text: string }) => (
  <div className={classes.stack}>
    <pre tabIndex={0} aria-label="Stack trace">
      {text.split('\n').map((line, i) => (
        <span key={i} className={classes.frame} data-foreign={FOREIGN_FRAME.test(line)}>
          {line.trim()}
        </span>
      ))}
    </pre>
    <CopyButton value={text} what="stack trace" />
  </div>
);
