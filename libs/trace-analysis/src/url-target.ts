/** Target of a URL without the values in it. */
export interface UrlTarget {
  /** Host with its port; empty for a relative URL. */
  readonly host: string;
  /** Path with `:id` for segments that are values: `/users/:id/orders`. */
  readonly path: string;
  /** Values in the path and in the query. */
  readonly values: readonly string[];
  /** Whether the query asks for a page of a list. */
  readonly isPage: boolean;
}

/** Returns the target of an absolute or relative URL. Never throws: a text that is no URL is a path. */
export const urlTarget = (url: string): UrlTarget => {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(url);
  const rest = url.slice(authority?.[0].length ?? 0).split('#', 1)[0] ?? '';
  const queryAt = rest.indexOf('?');
  const path = queryAt === -1 ? rest : rest.slice(0, queryAt);
  const values: string[] = [];
  const segments = path.split('/').map((segment) => {
    if (!isValue(segment)) return segment;
    values.push(segment);
    return ':id';
  });
  let isPage = false;
  for (const pair of queryAt === -1 ? [] : rest.slice(queryAt + 1).split('&')) {
    const equals = pair.indexOf('=');
    const key = equals === -1 ? pair : pair.slice(0, equals);
    if (PAGE_KEYS.test(key)) isPage = true;
    if (equals !== -1 && equals + 1 < pair.length) values.push(pair.slice(equals + 1));
  }
  return {
    host: (authority?.[1] ?? '').replace(/^.*@/, ''),
    path: segments.join('/') || '/',
    values,
    isPage,
  };
};

const PAGE_KEYS =
  /^(?:page|offset|skip|cursor|after|before|start|from|marker|page_?token|continuation_?token|next_?token)$/i;

/** Whether a segment of a path is a value, such as an ID: all segments with a digit but for versions like `v2`. */
const isValue = (segment: string): boolean =>
  /\d/.test(segment) && !/^(?:v\d+(?:\.\d+)*|oauth2|s3|http2)$/i.test(segment);
