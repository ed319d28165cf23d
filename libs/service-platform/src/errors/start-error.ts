/** A reason not to start that lies outside of the code: the message, without a stack, is for whoever starts the service. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
}
