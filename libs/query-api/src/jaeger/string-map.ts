import { GoSyntaxError, goTypeOfJson, parseGoJson } from '@lantern/go-syntax';

/**
 * Reads a JSON object whose values are all strings, Jaeger's `tags` and `query.attributes`, as Go reads it into a
 * `map[string]string`.
 *
 * @throws {GoSyntaxError}
 */
export const parseStringMap = (json: string): [string, string][] => {
  const value = parseGoJson(json);
  // Go reads `null` into an empty map, and as a value into an empty string.
  if (value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, 'map[string]string');
  return Object.entries(value).map(([key, entry]: [string, unknown]) => {
    if (entry === null) return [key, ''];
    if (typeof entry !== 'string') throw mismatch(entry, 'string');
    return [key, entry];
  });
};

const mismatch = (value: unknown, goType: string): GoSyntaxError =>
  new GoSyntaxError(`json: cannot unmarshal ${goTypeOfJson(value)} into Go value of type ${goType}`);
