/** Invalid argument on the command line. The message names it and points to `--help`. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
