/** Timeout of requests, longer than any query of a healthy Lantern takes. */
const TIMEOUT_MILLIS = 15_000;

/** Failure of a request. The message is shown to the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly path: string,
    /** HTTP status. Undefined if there was no response. */
    readonly status?: number,
  ) {
    super(message);
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** Whether a retry may succeed: no response, or a server error. */
  get isTransient(): boolean {
    return this.status === undefined || this.status >= 500;
  }
}

export interface Ask {
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * @throws {ApiError} unless the response is successful and has a JSON body; the reason of {@link Ask.signal} when
 *   aborted
 */
export const getJson = async (ask: Ask): Promise<unknown> => {
  const { body, type } = await getText(ask);
  return parseJson(body, ask.path, type);
};

/** @throws {ApiError} unless the response is successful; the reason of {@link Ask.signal} when aborted */
export const getText = async ({
  path,
  params = {},
  headers = {},
  signal,
}: Ask): Promise<{ body: string; type: string }> => {
  const query = new URLSearchParams(params).toString();
  const timeout = AbortSignal.timeout(TIMEOUT_MILLIS);
  try {
    const response = await fetch(query === '' ? path : `${path}?${query}`, {
      headers: { accept: 'application/json', ...headers },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const body = await response.text();
    if (!response.ok) throw new ApiError(messageOfBody(body, response), path, response.status);
    return { body, type: response.headers.get('content-type') ?? 'unnamed content' };
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted === true) throw error;
    if (timeout.aborted) throw new ApiError(`No response within ${TIMEOUT_MILLIS / 1_000} s.`, path);
    throw new ApiError(`Lantern does not answer at ${location.origin}. Is it still running?`, path);
  }
};

/** @throws {ApiError} */
export const parseJson = (body: string, path: string, type: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ApiError(`Expected JSON, received ${type}.`, path, 200);
  }
};

/**
 * Returns the message of an error body: Jaeger v3 sends `{error: {message}}`, Jaeger’s legacy API `{errors:
 * [{msg}]}`, Prometheus `{error}`, Loki plain text.
 */
const messageOfBody = (body: string, response: Response): string =>
  errorMessageIn(body) ?? `${response.status} ${response.statusText}`.trim();

export const errorMessageIn = (body: string): string | undefined => {
  const text = body.trim();
  try {
    const { error, errors, message } = (JSON.parse(text) ?? {}) as {
      error?: { message?: unknown } | string;
      errors?: { msg?: unknown }[];
      message?: unknown;
    };
    return [typeof error === 'string' ? error : error?.message, errors?.[0]?.msg, message].find(
      (value) => typeof value === 'string',
    );
  } catch {
    // An HTML body comes from a proxy and contains no message.
    return text === '' || text.startsWith('<') ? undefined : text.slice(0, 500);
  }
};
