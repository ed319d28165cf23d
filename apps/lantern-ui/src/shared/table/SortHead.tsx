import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import classes from './Table.module.css';

interface SortHeadProps {
  readonly label: string;
  readonly isNumber?: boolean;
  readonly isSorted: boolean;
  readonly descends: boolean;
  readonly onSort: () => void;
}

/** Column header that sorts the table. */
export const SortHead = ({ label, isNumber = false, isSorted, descends, onSort }: SortHeadProps) => (
  <th
    scope="col"
    className={isNumber ? classes.number : undefined}
    aria-sort={isSorted ? (descends ? 'descending' : 'ascending') : undefined}
  >
    <button type="button" className={classes.sort} onClick={onSort}>
      {label}
      {isSorted &&
        (descends ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
    </button>
  </th>
);
