import type { V3Endpoints } from '@lantern/query-api';

/** Time in which a Lantern on this machine or in its network answers. */
const TIMEOUT_MILLIS = 2_000;

export interface RunningEndpoints {
  /** Address of the web UI. */
  readonly ui: string;
  /** Address of OTLP over HTTP. */
  readonly otlp: string;
  readonly loki: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the address of the web UI that commands ask. */
export const uiAddressOf = ({ LANTERN_URL }: Environment): string =>
  (LANTERN_URL === undefined || LANTERN_URL === '' ? 'http://localhost:16686' : LANTERN_URL).replace(
    /\/$/,
    '',
  );

/** Returns the addresses of the Lantern that answers at `LANTERN_URL`; undefined if none does. */
export const findRunningLantern = async (env: Environment): Promise<RunningEndpoints | undefined> => {
  const ui = uiAddressOf(env);
  const { LANTERN_TOKEN: token } = env;
  try {
    const response = await fetch(`${ui}/api/v3/lantern/endpoints`, {
      signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      ...(token !== undefined && token !== '' && { headers: { authorization: `Bearer ${token}` } }),
    });
    if (!response.ok) return undefined;
    const { otlpPort, lokiPort } = (await response.json()) as V3Endpoints;
    const onPort = (port: number): string => {
      const url = new URL(ui);
      url.port = String(port);
      return url.origin;
    };
    return { ui, otlp: onPort(otlpPort), loki: onPort(lokiPort) };
  } catch {
    return undefined;
  }
};
