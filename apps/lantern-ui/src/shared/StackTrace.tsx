import { CodeBlock } from './CodeBlock.js';
import classes from './StackTrace.module.css';

/** Frame of a library or of the runtime, not of the own code of the service. */
const FOREIGN_FRAME =
  /node_modules|\(?node:|<anonymous>|\/site-packages\/|^\s*at (?:java|jdk|sun|org\.springframework)\./;

export const isStackTrace = (text: string): boolean => /\n\s+at \S|\n\s+File "/.test(text);

/** Stack trace with one frame per line; frames of libraries are dimmed. */
export const StackTrace = ({ text }: { readonly text: string }) => (
  <CodeBlock label="Stack trace" text={text} what="stack trace">
    {text.split('\n').map((line, i) => (
      <span key={i} className={classes.frame} data-foreign={FOREIGN_FRAME.test(line)}>
        {line.trim()}
      </span>
    ))}
  </CodeBlock>
);
