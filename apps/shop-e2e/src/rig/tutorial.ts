import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Shell command of the tutorial, and its documented output. */
export interface Step {
  readonly command: string;
  readonly output: string;
}

/** Excerpt of a source file in the tutorial. */
export interface Excerpt {
  /** Path from the root of the workspace. */
  readonly file: string;
  readonly lines: readonly string[];
}

export const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

const TUTORIAL = readFileSync(new URL('../../../../docs/tutorial.md', import.meta.url), 'utf8');

/** Block ` ```sh ` and the block ` ```text ` below it. Blocks ` ```sh docker ` and ` ```sh example ` are not run. */
const STEP = /^```sh\n(.*?)\n```\n\n```text\n(.*?)\n```$/gms;

const EXCERPT = /^<!-- source: (\S+) -->\n\n```ts\n(.*?)\n```$/gms;

export const steps: readonly Step[] = [...TUTORIAL.matchAll(STEP)].map(([, command = '', output = '']) => ({
  command,
  output,
}));

/** All commands that a reader runs, with and without a documented output. */
export const runnableBlocks: readonly string[] = [...TUTORIAL.matchAll(/^```sh\n(.*?)\n```$/gms)].map(
  ([, command = '']) => command,
);

export const excerpts: readonly Excerpt[] = [...TUTORIAL.matchAll(EXCERPT)].map(
  ([, file = '', text = '']) => ({
    file,
    lines: text.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '// …'),
  }),
);

/** Pictures and files that the tutorial links to, relative to docs/. */
export const linkedFiles: readonly string[] = [...TUTORIAL.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
  ([, path = '']) => path,
);
