import classes from './RowCheckbox.module.css';

interface RowCheckboxProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onToggle: () => void;
}

/** Checkbox of a row. It looks small but has the minimum target size (WCAG 2.5.8). */
export const RowCheckbox = ({ label, isChecked, onToggle }: RowCheckboxProps) => (
  <input type="checkbox" className={classes.box} aria-label={label} checked={isChecked} onChange={onToggle} />
);
