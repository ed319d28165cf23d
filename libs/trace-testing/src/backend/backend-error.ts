/** The backend cannot be reached, or does not answer as Lantern, Jaeger or Loki do. */
export class BackendError extends Error {
  override readonly name = 'BackendError';
}
