/** Returns the message of an error; for an AggregateError without one (one error per address of a host), that of the first. */
export const messageOf = (error: unknown): string => {
  const { message, code, errors } = error as Error & { code?: string; errors?: unknown[] };
  if (message !== '') return message;
  return errors?.length ? messageOf(errors[0]) : (code ?? 'unknown error');
};
