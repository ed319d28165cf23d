import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the UI in the published package, beside the folder of the script. */
const PACKAGED = fileURLToPath(new URL('../web/', import.meta.url));

// This file is in `src`, its code in `dist/main.js`: both have the same way to the UI.
/** Folder of the UI that the workspace builds. */
const BUILT = fileURLToPath(new URL('../../lantern-ui/dist/', import.meta.url));

export const UI_DIRECTORY = existsSync(PACKAGED) ? PACKAGED : BUILT;
