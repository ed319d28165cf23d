import { useState } from 'react';
import { CopyButton } from '../../shared/CopyButton.js';
import { formatCount } from '../../shared/format/count.js';
import classes from './FieldTable.module.css';
import { isStackTrace, StackTrace } from './StackTrace.js';

interface FieldTableProps {
  readonly label: string;
  readonly fields: readonly (readonly [key: string, value: string])[];
}

/** Keys and values, each value to copy. */
export const FieldTable = ({ label, fields }: FieldTableProps) => (
  <table className={classes.table} aria-label={label}>
    <tbody>
      {fields.map(([key, value], row) => (
        // Senders exist that repeat a key.
        <tr key={`${row} ${key}`} data-long={isLong(value)}>
          <th scope="row">
            <bdi>{key}</bdi>
          </th>
          <td>
            <Value text={value} />
          </td>
          <td className={classes.tools}>{!isStackTrace(value) && <CopyButton value={value} what={key} />}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** Too much for a column beside the key. */
const isLong = (text: string): boolean => text.length > 160 || text.includes('\n');

/** More than this is laid out only when asked for: a megabyte of text would stop the page. */
const MOST = 2_000;

const Value = ({ text }: { readonly text: string }) => {
  const [isWhole, setWhole] = useState(false);
  if (text === '') return <span className={classes.empty}>empty</span>;
  if (text.length < 50_000 && isStackTrace(text)) return <StackTrace text={text} />;
  if (isWhole || text.length <= MOST) return <bdi className={classes.value}>{text}</bdi>;
  return (
    <>
      <bdi className={classes.value}>{text.slice(0, MOST)}…</bdi>
      <button type="button" className={classes.more} onClick={() => setWhole(true)}>
        Show all {formatCount(text.length)} characters
      </button>
    </>
  );
};
