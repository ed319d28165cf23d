import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  /** `error` is announced by screen readers at once. */
  readonly tone?: 'plain' | 'error';
  /** Whether the notice is the whole page, so that its title is the heading of the page. */
  readonly isPage?: boolean;
}

/** Replaces missing content: no results, no data yet, or an error. It names the next step. */
export const Notice = ({ title, children, icon, tone = 'plain', isPage = false }: NoticeProps) => {
  const Heading = isPage ? 'h1' : 'h2';
  return (
    <section className={classes.notice} data-tone={tone} role={tone === 'error' ? 'alert' : 'status'}>
      {icon !== undefined && (
        <div className={classes.icon} aria-hidden>
          {icon}
        </div>
      )}
      <Heading className={classes.title}>{title}</Heading>
      <div className={classes.body}>{children}</div>
    </section>
  );
};
