import type { LineStage } from './line-stage.js';

/**
 * Escape sequences that color text or move the cursor. The length of each part is limited, so that no line takes long.
 *
 * @see https://en.wikipedia.org/wiki/ANSI_escape_code
 */
const ANSI_ESCAPE = new RegExp(
  String.raw`(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b\][^\u0007\u001b]{0,256}\u0007|\u001b[@-Z\\-_]`,
  'g',
);

export const decolorize: LineStage = (line) =>
  line.includes('\u001b') || line.includes('\u009b') ? line.replace(ANSI_ESCAPE, '') : line;
