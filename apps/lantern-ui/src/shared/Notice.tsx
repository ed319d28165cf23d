import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  /** `error` is announced at once. */
  readonly tone?: 'plain' | 'error';
}

/** What stands where content would: nothing found, nothing yet, or something failed. Says what to do next. */
export const Notice = ({ title, children, icon, tone = 'plain' }: NoticeProps) => (
  <section className={classes.notice} data-tone={tone} role={tone === 'error' ? 'alert' : 'status'}>
    {icon !== undefined && (
      <div className={classes.icon} aria-hidden>
        {icon}
      </div>
    )}
    <h2 className={classes.title}>{title}</h2>
    <div className={classes.body}>{children}</div>
  </section>
);
