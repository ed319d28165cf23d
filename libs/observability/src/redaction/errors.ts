import { inspect } from 'node:util';
import { redactText } from './url.js';

/** Maximum number of causes of an error that are followed. A longer chain is a loop or noise. */
const MAX_CAUSES = 5;

/** Description of a thrown value in spans and log lines. */
export interface ErrorDescription {
  /** Class of the error; `string` or `null`, for example, for a thrown value that is not an error. */
  name: string;
  message: string;
  /** Stack of the error and, below `Caused by:`, those of its causes. */
  stack?: string;
  /** `ECONNREFUSED`, SQLSTATE, …: the machine-readable reason, if the error has one. */
  code?: string;
  cause?: ErrorDescription;
}

/** Describes any thrown value, with the secrets of URLs masked. Never throws. */
export const describeError = (thrown: unknown): ErrorDescription => {
  try {
    return describe(thrown, 0);
  } catch {
    // A getter or a proxy of the thrown object failed.
    return { name: typeof thrown, message: 'an error that cannot be read' };
  }
};

const describe = (thrown: unknown, depth: number): ErrorDescription => {
  if (!isErrorLike(thrown)) {
    const name = thrown === null ? 'null' : typeof thrown;
    return { name, message: redactText(typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1 })) };
  }
  const name = text(thrown.name) ?? 'Error';
  const code = text(thrown.code);
  const description: ErrorDescription = { name, message: redactText(messageOf(thrown, code)) };
  if (code !== undefined) description.code = code;
  const cause =
    depth < MAX_CAUSES && thrown.cause !== undefined ? describe(thrown.cause, depth + 1) : undefined;
  const ownStack = text(thrown.stack);
  const stack = ownStack === undefined ? undefined : redactText(ownStack);
  if (stack !== undefined) {
    description.stack = cause
      ? `${stack}\nCaused by: ${cause.stack ?? `${cause.name}: ${cause.message}`}`
      : stack;
  }
  if (cause) description.cause = cause;
  return description;
};

// Connecting to a host with two addresses fails with an AggregateError whose own message is empty.
const messageOf = (error: ErrorLike, code: string | undefined): string => {
  const message = text(error.message);
  if (message) return message;
  if (Array.isArray(error.errors)) {
    const messages = error.errors
      .slice(0, MAX_CAUSES)
      .map((each: unknown) => describe(each, MAX_CAUSES).message);
    if (messages.length > 0) return messages.join('; ');
  }
  return code ?? '';
};

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  stack?: unknown;
  code?: unknown;
  cause?: unknown;
  errors?: unknown;
}

/** Returns true for errors of this and of another realm, and for objects with a message and a stack. */
export const isErrorLike = (thrown: unknown): thrown is ErrorLike => {
  if (thrown instanceof Error) return true;
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'stack' in thrown;
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Returns the HTTP status of an error (Nest's HttpException); undefined when it has none. */
export const httpStatusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  try {
    const status = (error as { getStatus?: () => unknown }).getStatus?.();
    return typeof status === 'number' ? status : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Returns the low-cardinality name of a failure for `error.type`: its code if it has one, else its class.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/error/#error-type
 */
export const errorType = (thrown: unknown): string => {
  const { name, code } = describeError(thrown);
  return code ?? name;
};
