import {
  IconActivity,
  IconBell,
  IconChartLine,
  IconFileText,
  IconSearch,
  IconTopologyStar3,
} from '@tabler/icons-react';
import { lazy, Suspense, useState, type SyntheticEvent } from 'react';
import { Link, NavLink, Outlet, useLocation } from 'react-router';
import classes from './AppShell.module.css';
import { ColorSchemeMenu } from './ColorSchemeMenu.js';
import { ErrorBoundary } from './ErrorBoundary.js';
import { KeyboardHelp } from './KeyboardHelp.js';
import { Logo } from './Logo.js';
import { TraceLookup } from './TraceLookup.js';
import { usePageFocus } from './use-page-focus.js';
import { useScrollMemory } from './use-scroll-memory.js';

/** The navigation works without the mark, so a failure to load its code is not reported. */
const AlertMark = lazy(() => import('./AlertMark.js').catch(() => ({ default: () => null })));

/** Whether an event is about a link to a trace. */
const isAboutTrace = ({ target }: SyntheticEvent): boolean =>
  target instanceof Element && target.closest('a[href^="/trace/"]') !== null;

interface AppShellProps {
  /** Loads the code of the trace page. */
  readonly preloadTracePage: () => Promise<unknown>;
}

/** Frame of every page. */
export const AppShell = ({ preloadTracePage }: AppShellProps) => {
  const preload = (event: SyntheticEvent) => {
    // A failure is reported when the page opens.
    if (isAboutTrace(event)) preloadTracePage().catch(() => undefined);
  };
  const { pathname, search } = useLocation();
  // The Search link of a trace page leads back to the last search.
  const [lastSearch, setLastSearch] = useState('');
  if (pathname === '/search' && search !== lastSearch) setLastSearch(search);
  const pages = [
    { path: `/search${lastSearch}`, label: 'Search', Icon: IconSearch },
    { path: '/logs', label: 'Logs', Icon: IconFileText },
    { path: '/metrics', label: 'Metrics', Icon: IconChartLine },
    { path: '/monitor', label: 'Services', Icon: IconActivity },
    { path: '/dependencies', label: 'Dependencies', Icon: IconTopologyStar3 },
    { path: '/alerts', label: 'Alerts', Icon: IconBell, Mark: AlertMark },
  ];
  const { ref: main, remember } = useScrollMemory(pathname === '/search' ? `${pathname}${search}` : pathname);
  usePageFocus(pathname, main);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <header className={classes.header}>
        <Link to="/search" className={classes.brand} aria-label="Lantern, search">
          <Logo />
          <span className={classes.name}>Lantern</span>
        </Link>
        <nav className={classes.nav} aria-label="Pages">
          {pages.map(({ path, label, Icon, Mark }) => (
            <NavLink key={label} to={path} className={classes.page}>
              <Icon size={16} stroke={1.75} aria-hidden />
              <span className={classes.label}>{label}</span>
              {Mark !== undefined && (
                <Suspense>
                  <Mark />
                </Suspense>
              )}
            </NavLink>
          ))}
        </nav>
        <TraceLookup />
        <div className={classes.tools}>
          <KeyboardHelp />
          <ColorSchemeMenu />
        </div>
      </header>
      <main
        id="main"
        ref={main}
        className={classes.main}
        tabIndex={-1}
        onScroll={remember}
        onPointerOver={preload}
        onFocus={preload}
      >
        <ErrorBoundary resetKey={pathname}>
          <Suspense>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
};
