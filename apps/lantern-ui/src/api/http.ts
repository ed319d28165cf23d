/** Longer than any query of a healthy Lantern; a person who waited this long wants to know. */
const TIMEOUT_MILLIS = 15_000;

/** Why a request brought nothing. The message is for the person who looks at the page. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    message: string,
    readonly path: string,
    /** Undefined when no answer came. */
    readonly status?: number,
  ) {
    super(message);
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** The same request may succeed later: nobody answered, or the answerer blames itself. */
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

/** @throws {ApiError} unless the answer is a success with a body of JSON; {@link Ask.signal}'s reason when aborted */
export const getJson = async (ask: Ask): Promise<unknown> => {
  const { body, type } = await getText(ask);
  return parseJson(body, ask.path, type);
};

/** @throws {ApiError} unless the answer is a success; {@link Ask.signal}'s reason when aborted */
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
    if (timeout.aborted) throw new ApiError(`No answer within ${TIMEOUT_MILLIS / 1_000} s.`, path);
    throw new ApiError(`Lantern does not answer at ${location.origin}. Is it still running?`, path);
  }
};

/** @throws {ApiError} */
export const parseJson = (body: string, path: string, type: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ApiError(`The answer is not JSON but ${type}.`, path, 200);
  }
};

/** Jaeger v3 says `{error: {message}}`, Jaeger's legacy API `{errors: [{msg}]}`, Loki plain text. */
const messageOfBody = (body: string, response: Response): string =>
  errorMessageIn(body) ?? `${response.status} ${response.statusText}`.trim();

export const errorMessageIn = (body: string): string | undefined => {
  const text = body.trim();
  try {
    const { error, errors, message } = (JSON.parse(text) ?? {}) as {
      error?: { message?: unknown };
      errors?: { msg?: unknown }[];
      message?: unknown;
    };
    return [error?.message, errors?.[0]?.msg, message].find((value) => typeof value === 'string');
  } catch {
    // A page of HTML is no message: some proxy answered.
    return text === '' || text.startsWith('<') ? undefined : text.slice(0, 500);
  }
};
