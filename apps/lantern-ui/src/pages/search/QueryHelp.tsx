import classes from './QueryHelp.module.css';

const EXAMPLES: readonly { readonly query: string; readonly finds: string }[] = [
  { query: 'duration > 250ms', finds: 'slow spans' },
  { query: 'status = error and kind = server', finds: 'failed requests' },
  { query: 'http.response.status_code >= 500', finds: 'attribute, compared as a number' },
  { query: 'name =~ "GET .*" or not service = shop', finds: 'regular expression (RE2), or, not' },
  { query: 'db.system.name in (mysql, postgresql)', finds: 'one of several values' },
  { query: 'user.id exists', finds: 'spans that have the attribute' },
  { query: 'resource.host.name = a', finds: 'attribute of the resource' },
  { query: 'event(name = exception)', finds: 'event of the span' },
  { query: 'issue = n+1', finds: 'traces with a detection' },
  { query: 'incomplete = true', finds: 'traces that lack spans' },
  { query: 'spanCount > 500 and origin.service = payment', finds: 'size, and where the failure started' },
];

export const QueryHelp = () => (
  <div className={classes.help}>
    <p>
      All conditions on spans must match one span; a trace matches if any of its spans does. A space means
      “and”.
    </p>
    <dl>
      {EXAMPLES.map(({ query, finds }) => (
        <div key={query}>
          <dt>{query}</dt>
          <dd>{finds}</dd>
        </div>
      ))}
    </dl>
    <p>
      <code>!=</code> matches only spans that have the attribute; <code>not a = b</code> also matches spans
      without it.
    </p>
  </div>
);
