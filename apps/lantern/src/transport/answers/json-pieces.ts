import type { FastifyReply } from 'fastify';
import type { Report } from '../errors/failure.js';
import { PIECE_BYTES, sendPieces, type JsonPieces } from './answer-pieces.js';
import { JsonWriter } from './json-writer.js';
import { sendJson } from './text.js';
import { Turn } from './turn.js';

/** Arrays and objects down to this depth are written item by item, deeper ones as a whole. */
const MAX_DEPTH = 5;

/** Number of items, and of bytes, that are written between two checks of the clock. */
const ITEMS_A_STEP = 32;
const BYTES_A_STEP = 64 * 1024;

/** Size of an answer that is written in one turn, which takes milliseconds. */
const MAX_WHOLE_CHARACTERS = 256 * 1024;
/** Characters of a number or a literal, roughly. */
const SCALAR_CHARACTERS = 8;

/** Sends a value as JSON: a small one at once, and a large one in pieces that yield to other requests. */
export const sendValue = (
  reply: FastifyReply,
  value: unknown,
  report: Report,
): FastifyReply | Promise<FastifyReply> =>
  exceeds(value, MAX_WHOLE_CHARACTERS)
    ? sendPieces(reply, jsonPieces(value), report)
    : sendJson(reply, JSON.stringify(value));

/** Returns whether the names and values of an answer have more characters than a limit. Reads no more than that. */
const exceeds = (value: unknown, limit: number): boolean => {
  let left = limit;
  const spend = (part: unknown): void => {
    left -= typeof part === 'string' ? part.length : SCALAR_CHARACTERS;
    if (typeof part !== 'object' || part === null) return;
    if (Array.isArray(part)) {
      for (let at = 0; at < part.length && left >= 0; at++) spend(part[at]);
      return;
    }
    for (const name in part) {
      if (left < 0) return;
      left -= name.length;
      spend((part as Readonly<Record<string, unknown>>)[name]);
    }
  };
  spend(value);
  return left < 0;
};

/**
 * Writes the text of `JSON.stringify(value)` in pieces, and yields to other requests. Suited to answers with many items
 * in few levels.
 */
export async function* jsonPieces(value: unknown): JsonPieces {
  const out = new JsonWriter();
  const turn = new Turn();
  for (const _ of itemsOf(out, value, 0)) {
    const pause = turn.giveWay();
    if (pause) await pause;
    if (out.length >= PIECE_BYTES) yield out.take();
  }
  yield out.take();
}

function* itemsOf(out: JsonWriter, value: unknown, depth: number): Generator<void, void> {
  if (depth === MAX_DEPTH || typeof value !== 'object' || value === null) {
    out.text(JSON.stringify(value));
    return;
  }
  const isList = Array.isArray(value);
  const entries = isList ? value.entries() : Object.entries(value).values();
  let count = 0;
  let lengthAtYield = out.length;
  out.text(isList ? '[' : '{');
  for (const [key, item] of entries) {
    if (!isList && item === undefined) continue;
    if (count++ > 0) out.comma();
    if (!isList) out.text(`${JSON.stringify(key)}:`);
    yield* itemsOf(out, item, depth + 1);
    if (count % ITEMS_A_STEP !== 0 && out.length - lengthAtYield < BYTES_A_STEP) continue;
    yield;
    lengthAtYield = out.length;
  }
  out.text(isList ? ']' : '}');
}
