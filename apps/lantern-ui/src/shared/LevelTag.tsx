import type { LogLevel } from '../api/log-level.js';
import classes from './LevelTag.module.css';

/** Level of a log line. */
export const LevelTag = ({ level }: { readonly level: LogLevel }) => (
  <span className={classes.tag} data-level={level}>
    {level === 'unknown' ? 'log' : level}
  </span>
);
