import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A shell command of the tutorial and the output that the tutorial promises. */
export interface Step {
  readonly command: string;
  readonly output: string;
}

/** An excerpt of a source file that the tutorial shows. */
export interface Excerpt {
  /** Path from the root of the workspace. */
  readonly file: string;
  readonly lines: readonly string[];
}

export const workspace = fileURLToPath(new URL('../../../../', import.meta.url));

const TUTORIAL = readFileSync(new URL('../../../../docs/tutorial.md', import.meta.url), 'utf8');

/** A block ` ```sh ` and the block ` ```text ` below it. Blocks ` ```sh docker ` and ` ```sh example ` are not run. */
const STEP = /^```sh\n(.*?)\n```\n\n```text\n(.*?)\n```$/gms;

const EXCERPT = /^<!-- source: (\S+) -->\n\n```ts\n(.*?)\n```$/gms;

export const steps: readonly Step[] = [...TUTORIAL.matchAll(STEP)].map(([, command = '', output = '']) => ({
  command,
  output,
}));

/** Every block that a reader runs, with and without a promised output. */
export const runnableBlocks: readonly string[] = [...TUTORIAL.matchAll(/^```sh\n(.*?)\n```$/gms)].map(
  ([, command = '']) => command,
);

export const excerpts: readonly Excerpt[] = [...TUTORIAL.matchAll(EXCERPT)].map(
  ([, file = '', text = '']) => ({
    file,
    lines: text.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '// …'),
  }),
);

/** Files of docs/ that the tutorial's pictures and links name. */
export const linkedFiles: readonly string[] = [...TUTORIAL.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
  ([, path = '']) => path,
);
