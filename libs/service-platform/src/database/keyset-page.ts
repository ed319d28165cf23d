import type { Page } from '@lantern/service-contracts';
import { z } from 'zod';
import { invalidRequest } from '../problems/request-validation.pipe.js';

/** Columns that sort a list, newest first. The ID breaks ties. */
export interface Keyset {
  readonly created_at_ms: number;
  readonly id: string;
}

const cursorSchema = z.tuple([z.int().nonnegative(), z.string()]);

/**
 * Decodes a cursor: the last row of the previous page, as `[created_at_ms, id]` in base64url.
 *
 * @throws ProblemException 400 for an invalid cursor.
 */
export const readCursor = (cursor: string): Keyset => {
  try {
    const [created_at_ms, id] = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { created_at_ms, id };
  } catch (cause) {
    const detail = 'cursor must be the next_cursor of a page';
    throw invalidRequest.occurred('The query has 1 invalid field.', {
      cause,
      errors: [{ detail, parameter: 'cursor' }],
    });
  }
};

/** Builds a page from the rows of a query with a limit of one more than the page size. */
export const toPage = <Row extends Keyset, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    next_cursor: rows.length > limit && last ? writeCursor(last) : null,
  };
};

const writeCursor = ({ created_at_ms, id }: Keyset) =>
  Buffer.from(JSON.stringify([created_at_ms, id])).toString('base64url');
