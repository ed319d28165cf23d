/** The caller has to change the request. The message says what is wrong with it, in the words of the API it was sent to. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}
