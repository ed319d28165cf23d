import classes from './RowCheckbox.module.css';

interface RowCheckboxProps {
  readonly label: string;
  readonly isChecked: boolean;
  readonly onToggle: () => void;
}

/** Chooses a row. Small to see, and large enough to hit (WCAG 2.5.8). */
export const RowCheckbox = ({ label, isChecked, onToggle }: RowCheckboxProps) => (
  <input type="checkbox" className={classes.box} aria-label={label} checked={isChecked} onChange={onToggle} />
);
