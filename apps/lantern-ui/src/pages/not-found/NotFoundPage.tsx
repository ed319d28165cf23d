import { Link, useLocation } from 'react-router';
import { Notice } from '../../shared/Notice.js';

export const NotFoundPage = () => {
  const { pathname } = useLocation();
  return (
    <>
      <title>Not found · Lantern</title>
      <Notice title="Page not found" isPage>
        <p>
          No page exists at <code>{pathname}</code>. <Link to="/search">Search for traces</Link>
        </p>
      </Notice>
    </>
  );
};
