import type { ReactNode } from 'react';
import classes from './CodeBlock.module.css';
import { CopyButton } from './CopyButton.js';

export interface CodeBlockProps {
  /** Accessible name. */
  readonly label: string;
  /** Text that the button copies. */
  readonly text: string;
  /** Object of the copy button's label. */
  readonly what: string;
  readonly children: ReactNode;
}

/** Scrollable block of monospaced text with a copy button. */
export const CodeBlock = ({ label, text, what, children }: CodeBlockProps) => (
  <div className={classes.block}>
    <pre tabIndex={0} aria-label={label}>
      {children}
    </pre>
    <CopyButton value={text} what={what} />
  </div>
);
