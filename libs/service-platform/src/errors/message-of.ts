/** What an error says. One that stands for several attempts, as to reach each address of a host, says nothing itself. */
export function messageOf(error: unknown): string {
  const { message, code, errors } = error as Error & { code?: string; errors?: unknown[] };
  if (message !== '') return message;
  return errors?.length ? messageOf(errors[0]) : (code ?? 'unknown error');
}
