/** Error with an HTTP status. Each API writes it in its own format; its message is sent to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}
