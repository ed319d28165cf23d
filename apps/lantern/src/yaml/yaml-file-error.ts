/** A configuration file cannot be used. The message names the file, and the line and the column of a fault. */
export class YamlFileError extends Error {
  override readonly name = 'YamlFileError';
}
