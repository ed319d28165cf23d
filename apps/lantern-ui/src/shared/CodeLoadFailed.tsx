import { Button } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { Notice } from './Notice.js';

/** Interval at which the page checks whether Lantern answers again. */
const RETRY_MILLIS = 2_000;

/**
 * Time of the last automatic reload. A page whose code does not exist would reload forever, so a second reload is
 * left to the user.
 */
const RELOADED_AT = 'lantern.reloaded-at';
const LEAST_BETWEEN_RELOADS_MILLIS = 30_000;

/** Reloads the page when Lantern answers: until a reload, browsers remember that a module failed to load. */
export const CodeLoadFailed = () => {
  useEffect(() => {
    const timer = setInterval(() => {
      void fetch('/', { method: 'HEAD', cache: 'no-store' }).then(reloadOnce, () => undefined);
    }, RETRY_MILLIS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Notice
      title="This page could not be loaded"
      tone="error"
      isPage
      icon={<IconCloudOff size={28} stroke={1.5} />}
    >
      <p>
        Lantern does not answer at {location.origin}, or was updated since this tab was opened. The page
        reloads when Lantern answers.
      </p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </Notice>
  );
};

const reloadOnce = (): void => {
  const last = Number(sessionStorage.getItem(RELOADED_AT) ?? 0);
  if (Date.now() - last < LEAST_BETWEEN_RELOADS_MILLIS) return;
  sessionStorage.setItem(RELOADED_AT, String(Date.now()));
  location.reload();
};
