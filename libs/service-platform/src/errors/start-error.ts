/** Failure to start that the operator can fix. It is printed without a stack. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
