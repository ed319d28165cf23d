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
