import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's folder for the server's programs of each version, which are not in PATH. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';

export const SEARCHED_PLACES = `PATH, ${DEBIAN_FOLDER}/*/bin and /usr/local/bin`;

/** Folder of PostgreSQL's server programs. Undefined if they are not installed. */
export const findPostgresBinaries = (): string | undefined => {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  return [
    ...(process.env.PATH ?? '').split(delimiter),
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
    '/usr/local/bin',
  ].find((folder) => ['initdb', 'postgres'].every((program) => existsSync(join(folder, program))));
};
