/** Error of a data folder that this process must not or cannot open. The message says what the operator can do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}
