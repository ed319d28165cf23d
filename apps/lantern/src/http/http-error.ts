/** An answer other than success. Each API writes it in its own format; the message is fit to be sent. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** The status of whatever a handler threw, Fastify's own errors included; 500 for what nobody foresaw. */
export const statusOf = (error: unknown): number => {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
};
