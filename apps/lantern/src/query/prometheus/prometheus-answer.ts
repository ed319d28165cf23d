import type { PromqlEvaluationError, PromqlParseError } from '@lantern/promql';
import type { PrometheusErrorType, PrometheusFailure } from '@lantern/query-api';
import type { FastifyReply } from 'fastify';
import { PIECE_BYTES, sendPieces, type JsonPieces } from '../../transport/answers/answer-pieces.js';
import { JsonWriter } from '../../transport/answers/json-writer.js';
import { sendJson } from '../../transport/answers/text.js';
import { Turn } from '../../transport/answers/turn.js';
import { failureOf, type Report } from '../../transport/errors/failure.js';

/** Writes the data of an answer. Yields between parts, so that other requests get their turn. */
export type DataWriter = (out: JsonWriter) => Generator<void, void>;

export interface AnswerNotes {
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** Limit on the warnings, and on the infos, of an answer. */
export const MAX_NOTES = 10;

/** Number of items of a list that are written before other requests get their turn. */
const ITEMS_PER_STEP = 64;

/** Warning of an answer that was cut at the parameter `limit`. */
export const TRUNCATED = 'results truncated due to limit';

const notesJson = ({ warnings = [], infos = [] }: AnswerNotes): string =>
  (warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : '') +
  (infos.length > 0 ? `,"infos":${JSON.stringify(infos)}` : '');

async function* pieces(write: DataWriter, notes: AnswerNotes): JsonPieces {
  const out = new JsonWriter();
  const turn = new Turn();
  out.text('{"status":"success","data":');
  for (const _ of write(out)) {
    const pause = turn.giveWay();
    if (pause) await pause;
    if (out.length >= PIECE_BYTES) yield out.take();
  }
  out.text(`${notesJson(notes)}}`);
  yield out.take();
}

/** Sends data that may be large, in Prometheus' envelope. */
export const sendWritten = (
  reply: FastifyReply,
  write: DataWriter,
  notes: AnswerNotes,
  report: Report,
): Promise<FastifyReply> => sendPieces(reply, pieces(write, notes), report);

/** Sends data in Prometheus' envelope. */
export const sendData = (reply: FastifyReply, data: unknown, notes: AnswerNotes = {}): FastifyReply =>
  sendJson(reply, `{"status":"success","data":${JSON.stringify(data)}${notesJson(notes)}}`);

/** Sends a list, cut at a limit. */
export const sendList = (
  reply: FastifyReply,
  list: readonly unknown[],
  limit: number | undefined,
  report: Report,
): Promise<FastifyReply> => {
  const isCut = limit !== undefined && list.length > limit;
  const write = listWriter(isCut ? list.slice(0, limit) : list);
  return sendWritten(reply, write, isCut ? { warnings: [TRUNCATED] } : {}, report);
};

const listWriter = (list: readonly unknown[]): DataWriter =>
  function* (out) {
    out.text('[');
    for (const [at, item] of list.entries()) {
      if (at > 0) out.comma();
      out.text(JSON.stringify(item));
      if ((at + 1) % ITEMS_PER_STEP === 0) yield;
    }
    out.text(']');
  };

const ERROR_TYPES: Readonly<Record<number, PrometheusErrorType>> = {
  400: 'bad_data',
  404: 'not_found',
  406: 'not_acceptable',
  422: 'execution',
  499: 'canceled',
  500: 'internal',
  503: 'unavailable',
};

const EVALUATION_STATUS: Readonly<Record<PromqlEvaluationError['kind'], number>> = {
  bad_data: 400,
  canceled: 499,
  execution: 422,
  timeout: 503,
};

// By name: the classes are loaded with the first query only.
const isEvaluationError = (error: unknown): error is PromqlEvaluationError =>
  error instanceof Error && error.name === 'PromqlEvaluationError';

const isParseError = (error: unknown): error is PromqlParseError =>
  error instanceof Error && error.name === 'PromqlParseError';

/** Sends the answer for an error that a handler threw. */
export const sendError = (reply: FastifyReply, error: unknown, report: Report): FastifyReply => {
  if (isEvaluationError(error)) {
    const { kind, message } = error;
    const text = kind === 'bad_data' ? `invalid parameter "query": ${message}` : message;
    return sendFailure(reply, EVALUATION_STATUS[kind], kind, text);
  }
  if (isParseError(error))
    return sendFailure(reply, 400, 'bad_data', `invalid parameter "query": ${error.message}`);
  const { status, message } = failureOf(error, report);
  return sendFailure(reply, status, ERROR_TYPES[status] ?? 'internal', message);
};

const sendFailure = (
  reply: FastifyReply,
  status: number,
  errorType: PrometheusErrorType,
  error: string,
): FastifyReply => {
  const failure: PrometheusFailure = { status: 'error', errorType, error };
  return sendJson(reply.code(status), JSON.stringify(failure));
};
