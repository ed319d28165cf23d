/** Error of a data folder that this process must not or cannot open. The message tells the operator what to do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}
