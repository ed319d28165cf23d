import { attributeText, type AnyValue } from '@lantern/telemetry-model';

type Values = Record<string, AnyValue>;

export interface DatabaseCall {
  readonly system: string;
  readonly text: string;
  /** Values of the placeholders. Only some instrumentations export them. */
  readonly parameters: readonly AnyValue[];
  readonly rows: number | undefined;
}

export interface HttpCall {
  readonly method: string;
  readonly url: string;
  readonly route: string;
  readonly status: number | undefined;
  readonly attributes: Values;
}

/** How one family of instrumentations names and describes spans. */
export interface Conventions {
  readonly name: string;
  queryName(call: DatabaseCall): string;
  query(call: DatabaseCall): Values;
  clientName(call: HttpCall): string;
  client(call: HttpCall): Values;
  serverName(call: HttpCall): string;
  server(call: HttpCall): Values;
}

const verbOf = (text: string): string => text.split(/\s/, 1)[0]?.toUpperCase() ?? '';
const tableOf = (text: string): string =>
  /(?:from|into|update)\s+"?(?:\w+"?\."?)?(\w+)/i.exec(text)?.[1] ?? 'db';
const pathOf = (url: string): string => url.replace(/^\w+:\/\/[^/]*/, '');
const hostOf = (url: string): string => /^\w+:\/\/(?:[^@/]*@)?([^/:]*)/.exec(url)?.[1] ?? '';
const portOf = (url: string): bigint => BigInt(/^\w+:\/\/[^/]*:(\d+)(?:\/|$)/.exec(url)?.[1] ?? 80);
const statusOf = (key: string, status: number | undefined): Values =>
  status === undefined ? {} : { [key]: BigInt(status) };

/** OpenTelemetry JS with the stable conventions; values of queries are exported. */
export const nodeStable: Conventions = {
  name: 'Node, stable conventions',
  queryName: ({ text }) => `pg.query:${verbOf(text)} shop`,
  query: ({ system, text, parameters, rows }) => ({
    'db.system.name': system,
    'db.namespace': 'shop',
    'db.query.text': text,
    ...Object.fromEntries(
      parameters.map((value, i) => [`db.query.parameter.${i + 1}`, attributeText(value)]),
    ),
    ...(rows === undefined ? {} : { 'db.response.returned_rows': BigInt(rows) }),
  }),
  clientName: ({ method }) => method,
  client: ({ method, url, status, attributes }) => ({
    'http.request.method': method,
    'url.full': url,
    'server.address': hostOf(url),
    'server.port': portOf(url),
    ...statusOf('http.response.status_code', status),
    ...attributes,
  }),
  serverName: ({ method, route }) => `${method} ${route}`,
  server: ({ method, url, route, status, attributes }) => ({
    'http.request.method': method,
    'url.path': pathOf(url).split('?', 1)[0] ?? '',
    ...(url.includes('?') ? { 'url.query': url.slice(url.indexOf('?') + 1) } : {}),
    'url.scheme': 'http',
    'http.route': route,
    ...statusOf('http.response.status_code', status),
    ...attributes,
  }),
};

/** OpenTelemetry JS with the conventions before 2024; values of queries are not exported. */
export const nodeOld: Conventions = {
  name: 'Node, old conventions',
  queryName: ({ text }) => `${verbOf(text)} ${tableOf(text)}`,
  query: ({ system, text }) => ({
    'db.system': system,
    'db.name': 'shop',
    'db.statement': text,
    'net.peer.name': 'db',
  }),
  clientName: ({ method }) => `HTTP ${method}`,
  client: ({ method, url, status, attributes }) => ({
    'http.method': method,
    'http.url': url,
    'http.target': pathOf(url),
    'net.peer.name': hostOf(url),
    'net.peer.port': portOf(url),
    ...statusOf('http.status_code', status),
    ...attributes,
  }),
  serverName: ({ method, route }) => `${method} ${route}`,
  server: ({ method, url, route, status, attributes }) => ({
    'http.method': method,
    'http.target': pathOf(url),
    'http.route': route,
    ...statusOf('http.status_code', status),
    ...attributes,
  }),
};

/** The Java agent: statements are sanitized, and clients are named after their method. */
export const javaAgent: Conventions = {
  name: 'Java agent',
  queryName: ({ text }) => `${verbOf(text)} bank.${tableOf(text)}`,
  query: ({ system, text }) => ({
    'db.system': system,
    'db.name': 'bank',
    'db.operation': verbOf(text),
    'db.sql.table': tableOf(text),
    'db.statement': text.replaceAll(/'[^']*'|\b\d+\b|\$\d+/g, '?'),
    'server.address': 'postgres.internal',
    'thread.id': 41n,
    'thread.name': 'http-nio-8080-exec-3',
  }),
  clientName: ({ method }) => method,
  client: ({ method, url, status, attributes }) => ({
    'http.request.method': method,
    'url.full': url,
    'server.address': hostOf(url),
    'server.port': portOf(url),
    'network.protocol.version': '1.1',
    ...statusOf('http.response.status_code', status),
    ...attributes,
  }),
  serverName: ({ method, route }) => `${method} ${route.replaceAll(/:(\w+)/g, '{$1}')}`,
  server: ({ method, url, route, status, attributes }) => ({
    'http.request.method': method,
    'url.path': pathOf(url).split('?', 1)[0] ?? '',
    ...(url.includes('?') ? { 'url.query': url.slice(url.indexOf('?') + 1) } : {}),
    'http.route': route.replaceAll(/:(\w+)/g, '{$1}'),
    'network.peer.address': '10.4.2.17',
    'user_agent.original': 'okhttp/4.12.0',
    ...statusOf('http.response.status_code', status),
    ...attributes,
  }),
};

/** Python with Django and requests: statements have their literals. */
export const python: Conventions = {
  name: 'Python, Django',
  queryName: ({ text }) => verbOf(text),
  query: ({ system, text, parameters }) => {
    let i = 0;
    const literal = (value: AnyValue | undefined): string =>
      typeof value === 'string' ? `'${value}'` : value === undefined ? 'NULL' : attributeText(value);
    return {
      'db.system': system,
      'db.user': 'app',
      'db.statement':
        parameters.length === 0 ? text : text.replaceAll(/\$\d+/g, () => literal(parameters[i++])),
    };
  },
  clientName: ({ method }) => method,
  client: ({ method, url, status, attributes }) => ({
    'http.method': method,
    'http.url': url,
    ...statusOf('http.status_code', status),
    ...attributes,
  }),
  serverName: ({ method, route }) => `${method} ${route.slice(1).replaceAll(/:(\w+)/g, '<int:$1>')}`,
  server: ({ method, url, route, status, attributes }) => ({
    'http.method': method,
    'http.url': `http://app.internal${pathOf(url)}`,
    'http.route': route.slice(1).replaceAll(/:(\w+)/g, '<int:$1>'),
    'net.host.port': 8000n,
    ...statusOf('http.status_code', status),
    ...attributes,
  }),
};
