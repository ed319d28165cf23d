import type { LogLevel } from '../api/log-level.js';
import classes from './LevelTag.module.css';

/** How loud a log line is, in a column of its own. */
export const LevelTag = ({ level }: { readonly level: LogLevel }) => (
  <span className={classes.tag} data-level={level}>
    {level === 'unknown' ? 'log' : level}
  </span>
);
