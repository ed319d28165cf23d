import type { ReactNode } from 'react';
import classes from './Notice.module.css';

interface NoticeProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly icon?: ReactNode;
  /** `error` is announced at once. */
  readonly tone?: 'plain' | 'error';
  /** It is all that the page shows, so its title is the page's. */
  readonly isPage?: boolean;
}

/** What stands where content would: nothing found, nothing yet, or something failed. Says what to do next. */
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
