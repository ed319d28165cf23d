/**
 * Reads a JSON object whose values are all strings: Jaeger's `tags` and `query.attributes`.
 *
 * @throws {Error} that says what is wrong with the text
 */
export const parseStringMap = (json: string): [string, string][] => {
  const value: unknown = JSON.parse(json);
  // Go reads `null` into an empty map.
  if (value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw new Error('expected an object of strings');
  return Object.entries(value).map(([key, entry]: [string, unknown]) => {
    if (typeof entry !== 'string') throw new Error(`the value of "${key}" must be a string`);
    return [key, entry];
  });
};
