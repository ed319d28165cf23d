/** A data folder that this process must not or cannot open. The message is one sentence, and says what to do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}
