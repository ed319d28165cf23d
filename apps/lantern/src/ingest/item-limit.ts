import { HttpError } from '../http/http-error.js';

/**
 * How many spans, attributes, events and links one request may hold. An object of each takes up to thirty times the
 * bytes of an empty one, so the size of a body alone does not bound what reading it takes. A body of the largest
 * size with attributes of 20 bytes holds about as many.
 */
export const MAX_ITEMS = 1_000_000;

/** An attribute is two messages, `{"key":…,"value":{…}}`. */
export const MAX_MESSAGES = 2 * MAX_ITEMS;

/** Shorter JSON cannot hold too many. */
const MIN_CHARACTERS = 2;

/** @throws {HttpError} */
export const refuseTooManyItems = (count: number): void => {
  if (count > MAX_ITEMS) refuse();
};

/**
 * Looks at the text of a JSON request before it is parsed, as parsing alone would take that much.
 *
 * @throws {HttpError}
 */
export const refuseTooManyMembers = (json: string): void => {
  if (json.length < MIN_CHARACTERS * MAX_MESSAGES) return;
  // What begins with a brace or a bracket becomes an object.
  let count = 0;
  for (const opening of '{[') {
    for (let at = json.indexOf(opening); at >= 0; at = json.indexOf(opening, at + 1)) {
      if (++count > MAX_MESSAGES) refuse();
    }
  }
};

const refuse = (): never => {
  throw new HttpError(
    413,
    `one request may hold ${MAX_ITEMS} spans, attributes, events and links: send it in smaller ones`,
  );
};
