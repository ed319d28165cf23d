import classes from './QueryHelp.module.css';

const EXAMPLES: readonly { readonly query: string; readonly finds: string }[] = [
  { query: 'duration > 250ms', finds: 'slow spans' },
  { query: 'status = error and kind = server', finds: 'requests that failed' },
  { query: 'http.response.status_code >= 500', finds: 'an attribute, as a number' },
  { query: 'name =~ "GET .*" or not service = shop', finds: 'patterns (RE2), or, not' },
  { query: 'db.system.name in (mysql, postgresql)', finds: 'one of several values' },
  { query: 'user.id exists', finds: 'spans that have the attribute' },
  { query: 'resource.host.name = a', finds: 'of the resource alone' },
  { query: 'event(name = exception)', finds: 'an event of the span' },
];

export const QueryHelp = () => (
  <div className={classes.help}>
    <p>All of it is about one span; a trace is found by any span of it. A blank means “and”.</p>
    <dl>
      {EXAMPLES.map(({ query, finds }) => (
        <div key={query}>
          <dt>{query}</dt>
          <dd>{finds}</dd>
        </div>
      ))}
    </dl>
    <p>
      <code>!=</code> asks for spans that have the attribute; <code>not a = b</code> takes those without it,
      too.
    </p>
  </div>
);
