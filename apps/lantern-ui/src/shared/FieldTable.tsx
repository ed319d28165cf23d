import { useState, type ReactNode } from 'react';
import { CopyButton } from './CopyButton.js';
import { formatCount } from './format/count.js';
import classes from './FieldTable.module.css';
import { isStackTrace, StackTrace } from './StackTrace.js';
import { visibleText } from './visible-text.js';

interface FieldTableProps {
  readonly label: string;
  readonly fields: readonly (readonly [key: string, value: string])[];
  /** Actions of a field besides copying its value. */
  readonly tools?: (key: string, value: string) => ReactNode;
}

/** Table of keys and values with copy buttons. */
export const FieldTable = ({ label, fields, tools }: FieldTableProps) => (
  <table className={classes.table} aria-label={label} data-wide-tools={tools !== undefined}>
    <colgroup>
      <col className={classes.key} />
      <col />
      <col className={classes.tool} />
    </colgroup>
    <tbody>
      {fields.map(([key, value], row) => (
        // Some senders repeat a key.
        <Field key={`${row} ${key}`} name={key} value={value} more={tools?.(key, value)} />
      ))}
    </tbody>
  </table>
);

interface FieldProps {
  readonly name: string;
  readonly value: string;
  readonly more: ReactNode;
}

const Field = ({ name, value, more }: FieldProps) => {
  const tools = (
    <td className={classes.tools}>
      {more}
      {!isStackTrace(value) && <CopyButton value={value} what={name} />}
    </td>
  );
  return isLong(value) ? (
    <>
      <tr>
        <th scope="row" colSpan={2}>
          <bdi>{visibleText(name)}</bdi>
        </th>
        {tools}
      </tr>
      <tr className={classes.below}>
        <td colSpan={3}>
          <Value text={value} />
        </td>
      </tr>
    </>
  ) : (
    <tr>
      <th scope="row">
        <bdi>{visibleText(name)}</bdi>
      </th>
      <td>
        <Value text={value} />
      </td>
      {tools}
    </tr>
  );
};

/** Whether the value is too long for a column beside the key. */
const isLong = (text: string): boolean => text.length > 160 || text.includes('\n');

/** Maximum number of characters shown by default: layout of a megabyte of text would block the page. */
const MOST = 2_000;

const Value = ({ text }: { readonly text: string }) => {
  const [isWhole, setWhole] = useState(false);
  if (text === '') return <span className={classes.empty}>empty</span>;
  if (text.length < 50_000 && isStackTrace(text)) return <StackTrace text={visibleText(text)} />;
  if (isWhole || text.length <= MOST) return <bdi className={classes.value}>{visibleText(text)}</bdi>;
  return (
    <>
      <bdi className={classes.value}>{visibleText(text.slice(0, MOST))}…</bdi>
      <button type="button" className={classes.more} onClick={() => setWhole(true)}>
        Show all {formatCount(text.length)} characters
      </button>
    </>
  );
};
