import { HttpError } from '../transport/errors/http-error.js';

/**
 * Maximum number of spans, attributes, events and links in one request. An empty item becomes an object of up to thirty
 * times its size, so the limit on the body does not limit the memory for decoding. A body of the maximum size has about
 * as many attributes of 20 bytes.
 */
export const MAX_ITEMS = 1_000_000;

/** Maximum number of messages in one request. An attribute is two messages, `{"key":…,"value":{…}}`. */
export const MAX_MESSAGES = 2 * MAX_ITEMS;

/** Minimum length of a message in JSON. */
const MIN_CHARACTERS = 2;

/** @throws {HttpError} */
export const rejectTooManyItems = (count: number): void => {
  if (count > MAX_ITEMS) reject();
};

/**
 * Counts the objects and arrays of a JSON request before it is parsed, because parsing allocates them.
 *
 * @throws {HttpError}
 */
export const rejectTooManyMembers = (json: string): void => {
  if (json.length < MIN_CHARACTERS * MAX_MESSAGES) return;
  let count = 0;
  for (const opening of '{[') {
    for (let at = json.indexOf(opening); at >= 0; at = json.indexOf(opening, at + 1)) {
      if (++count > MAX_MESSAGES) reject();
    }
  }
};

const reject = (): never => {
  throw new HttpError(
    413,
    `a request may contain at most ${MAX_ITEMS} spans, attributes, events and links: send smaller requests`,
  );
};
