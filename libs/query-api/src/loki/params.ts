import { parseGoInt } from '@lantern/go-syntax';
import { BadRequest } from '../bad-request.js';
import { messageOf } from '../message-of.js';
import { checkListLength } from '../number-range.js';

const DEFAULT_LIMIT = 100;

export const MAX_LIMIT = 5_000;

/**
 * Reads one parameter. Returns undefined when it is absent or empty.
 *
 * @throws {BadRequest} with Loki's text for the parameter
 */
export const readParam = <T>(
  params: URLSearchParams,
  name: string,
  parse: (text: string) => T,
): T | undefined => {
  const text = params.get(name) ?? '';
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch (error) {
    throw new BadRequest(`could not parse '${name}' parameter: ${messageOf(error)}`);
  }
};

export const checkLength = (name: string, list: readonly string[], max: number): readonly string[] => {
  try {
    checkListLength(list.length, max);
  } catch (error) {
    throw new BadRequest(`could not parse '${name}' parameter: ${messageOf(error)}`);
  }
  return list;
};

export const parseLimit = (text: string): number => {
  if (text === '') return DEFAULT_LIMIT;
  let limit: bigint;
  try {
    limit = parseGoInt(text, 64, 'Atoi');
  } catch (error) {
    throw new BadRequest(messageOf(error));
  }
  if (limit <= 0n) throw new BadRequest('limit must be a positive value');
  if (limit > MAX_LIMIT) {
    throw new BadRequest(
      `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${MAX_LIMIT})`,
    );
  }
  return Number(limit);
};

export const parsePositive = (params: URLSearchParams, name: string, fallback: number): number => {
  const value = readParam(params, name, (text) => Number(parseGoInt(text, 32, 'Atoi'))) ?? fallback;
  if (value <= 0) throw new BadRequest('limit must be a positive value');
  return value;
};

export const parseDirection = (text: string): 'forward' | 'backward' => {
  const direction = (text || 'backward').toLowerCase();
  if (direction === 'forward' || direction === 'backward') return direction;
  throw new BadRequest(`invalid direction '${text}'`);
};
