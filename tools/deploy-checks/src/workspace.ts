import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ScalarTag, parseAllDocuments } from 'yaml';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Returns sorted paths of files, relative to the root, with forward slashes. */
export const files = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root, exclude: (path) => path.includes('node_modules') })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Compose's own YAML tags, replaced by the values that they contain. */
const composeTags = ['!override', '!reset'].flatMap((tag): ScalarTag[] => [
  { tag, collection: 'seq' } as unknown as ScalarTag,
  { tag, collection: 'map' } as unknown as ScalarTag,
]);

/**
 * Parses the documents of a YAML text and resolves anchors and merge keys.
 *
 * @throws Error with the file and the position, also for a duplicate key.
 */
export const parseYaml = (text: string, path: string): unknown[] =>
  parseAllDocuments(text, { merge: true, uniqueKeys: true, customTags: composeTags }).map((document) => {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw new Error(`${path}: ${problem.message}`);
    return document.toJS({ maxAliasCount: 1000 }) as unknown;
  });

/** Parses a YAML file with one document. Its schema is checked by the programs that read it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the cast stands once, here
export const readYaml = <T>(path: string): T => {
  const documents = parseYaml(read(path), path);
  if (documents.length !== 1) throw new Error(`${path} holds ${documents.length} documents instead of one`);
  return documents[0] as T;
};

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
export const readJson = <T>(path: string): T => JSON.parse(read(path)) as T;
