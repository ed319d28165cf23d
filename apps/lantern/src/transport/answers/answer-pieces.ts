import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { HttpError } from '../errors/http-error.js';
import type { Report } from '../errors/failure.js';
import { sendBytes } from './text.js';

/** Size of the pieces in which a long answer is written. */
export const PIECE_BYTES = 1024 * 1024;

/** Pieces that are in memory while a long answer is sent: written, being compressed, and waiting for the client. */
const STREAM_BYTES = 8 * PIECE_BYTES;

/** Pieces of a JSON text, of about {@link PIECE_BYTES}. */
export type JsonPieces = AsyncGenerator<Buffer, void>;

/**
 * Sends JSON while it is being written. An answer of one piece is sent as a whole, so that an error in it
 * still gets an error status. An error in a later piece closes the connection, which clients report as an error.
 */
export const sendPieces = async (
  reply: FastifyReply,
  pieces: JsonPieces,
  report: Report,
): Promise<FastifyReply> => {
  const first = await pieces.next();
  if (first.done === true) return sendBytes(reply, Buffer.alloc(0));
  const second = await pieces.next();
  if (second.done === true) return sendBytes(reply, first.value);
  try {
    reply.server.answerBytes.shareOf(reply).hold(STREAM_BYTES);
  } catch (error) {
    await pieces.return();
    throw error;
  }
  // Node closes the connection after this timeout. After the answer it sets the timeout of idle connections again.
  reply.raw.socket?.setTimeout(reply.server.answerBytes.maxStallMillis);
  const body = Readable.from(restOf(first.value, second.value, pieces, report), { objectMode: false });
  return reply.header('content-type', 'application/json').send(body);
};

async function* restOf(first: Buffer, second: Buffer, pieces: JsonPieces, report: Report): JsonPieces {
  try {
    yield first;
    yield second;
    yield* pieces;
  } catch (error) {
    const isExpected = error instanceof HttpError;
    report(
      `An answer broke off: ${error instanceof Error ? (isExpected ? error.message : (error.stack ?? error.message)) : String(error)}`,
    );
    throw error;
  }
}
