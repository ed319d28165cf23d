/** Unexpected response of Lantern's API. The message says what the user can do. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
}

export interface LanternClientOptions {
  /** Address of the API: `http://localhost:16686`. */
  readonly url: string;
  /** Value of the header `Authorization`. */
  readonly authorization?: string | undefined;
  /** Address that readers of the texts use; {@link url} unless it is another one. */
  readonly publicUrl?: string | undefined;
}

/** Limit on the time of one request. A wait for a trace may take a minute. */
const TIMEOUT_MILLIS = 90_000;

/** Client of the query API, over which assistants and commands read: they see what every client sees. */
export class LanternClient {
  private readonly url: string;
  readonly publicUrl: string;

  constructor(private readonly options: LanternClientOptions) {
    this.url = options.url.replace(/\/+$/, '');
    this.publicUrl = (options.publicUrl ?? this.url).replace(/\/+$/, '');
  }

  /** Returns a client of another port of the same Lantern. */
  onPort(port: number): LanternClient {
    const at = (address: string): string => {
      const url = new URL(address);
      url.port = String(port);
      return url.origin;
    };
    return new LanternClient({ ...this.options, url: at(this.url), publicUrl: at(this.publicUrl) });
  }

  /** @throws {ClientError} */
  async text(
    path: string,
    params: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const query = new URLSearchParams(params).toString();
    const { authorization } = this.options;
    let response: Response;
    let body: string;
    try {
      response = await fetch(`${this.url}${path}${query === '' ? '' : `?${query}`}`, {
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
        signal: AbortSignal.timeout(TIMEOUT_MILLIS),
      });
      body = await response.text();
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      throw new ClientError(
        `Lantern does not answer at ${this.publicUrl} (${cause?.code ?? String(error)}). Start it, or name its address with --url or LANTERN_URL.`,
      );
    }
    if (response.status === 401) {
      throw new ClientError(`Lantern at ${this.publicUrl} needs a token: set LANTERN_TOKEN.`);
    }
    if (!response.ok) throw new ClientError(messageOf(body, response.status));
    return body.replaceAll(this.url, this.publicUrl);
  }

  /** @throws {ClientError} */
  async json<T>(
    path: string,
    params: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    return JSON.parse(await this.text(path, params, headers)) as T;
  }
}

/** Returns the message of an error in the form of Jaeger's API v3, or the body as it is. */
const messageOf = (body: string, status: number): string => {
  try {
    const { error } = JSON.parse(body) as { error?: string | { message?: string } };
    // Prometheus' API has the message itself there.
    const message = typeof error === 'string' ? error : error?.message;
    if (message !== undefined) return message;
  } catch {
    // Loki's API answers errors as text.
  }
  return body.trim() || `Lantern answered with the status ${status}.`;
};
