import { rejectUnknownMembers } from '../patterns/similarity.js';

/** Backend of the trace tests. Values that are left out come from the environment. */
export interface TraceTestingConfig {
  /** URL of Lantern's web UI and query APIs, or of Jaeger's. Default: `LANTERN_URL`, else `JAEGER_URL`. */
  readonly url?: string;
  /** URL of Loki's API. Default: `LOKI_QUERY_URL`, else the URL above for Lantern and `LOKI_URL` for Jaeger. */
  readonly lokiUrl?: string;
  /** Bearer token. Default: `LANTERN_TOKEN`. */
  readonly token?: string;
  /**
   * Services that are known to be instrumented: their names, hosts or `host:port`. A call of one is waited for from the first
   * test on. Default: `LANTERN_INSTRUMENTED`, separated by commas.
   */
  readonly instrumented?: readonly string[];
  /** LogQL selector of the streams that may have lines of a trace. Default: `{service_name=~".+"}`. */
  readonly logSelector?: string;
  /** Timeout of a wait, in milliseconds. Default: 10,000. */
  readonly timeoutMillis?: number;
}

export interface ReadConfig {
  readonly url: string;
  readonly lokiUrl: string | undefined;
  readonly token: string | undefined;
  readonly instrumented: readonly string[];
  readonly logSelector: string;
  readonly timeoutMillis: number;
}

const MEMBERS = [
  'url',
  'lokiUrl',
  'token',
  'instrumented',
  'logSelector',
  'timeoutMillis',
] as const satisfies readonly (keyof TraceTestingConfig)[];

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error when no backend is named, with what to do */
export const readConfig = (config: TraceTestingConfig, env: Environment = process.env): ReadConfig => {
  rejectUnknownMembers('The configuration of the trace tests', config, MEMBERS);
  const lantern = set(config.url) ?? set(env.LANTERN_URL);
  const url = lantern ?? set(env.JAEGER_URL);
  if (url === undefined) {
    throw new Error(
      'No backend for the trace tests: add "@lantern/trace-testing/global-setup" to globalSetup, or set LANTERN_URL ' +
        '(or JAEGER_URL and LOKI_URL) to a running one.',
    );
  }
  const loki = set(config.lokiUrl) ?? set(env.LOKI_QUERY_URL) ?? lantern ?? set(env.LOKI_URL);
  return {
    url: withoutSlash(url),
    lokiUrl: loki === undefined ? undefined : withoutSlash(loki),
    token: set(config.token) ?? set(env.LANTERN_TOKEN),
    instrumented: (config.instrumented ?? (env.LANTERN_INSTRUMENTED ?? '').split(','))
      .map((name) => hostOf(name.trim()))
      .filter((name) => name !== ''),
    logSelector: config.logSelector ?? '{service_name=~".+"}',
    timeoutMillis: config.timeoutMillis ?? 10_000,
  };
};

/** Shells set variables to the empty string, which counts as unset. */
const set = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/** A service may be given by its URL. */
const hostOf = (name: string): string =>
  /^https?:/.test(name) && URL.canParse(name) ? new URL(name).host : name;
