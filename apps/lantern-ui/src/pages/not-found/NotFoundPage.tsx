import { Link, useLocation } from 'react-router';
import { Notice } from '../../shared/Notice.js';

export const NotFoundPage = () => {
  const { pathname } = useLocation();
  return (
    <>
      <title>Not found · Lantern</title>
      <Notice title="There is no page here" isPage>
        <p>
          Nothing is at <code>{pathname}</code>. <Link to="/search">Search for traces</Link> instead.
        </p>
      </Notice>
    </>
  );
};
