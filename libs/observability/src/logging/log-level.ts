/**
 * Levels on lines, from the most severe to the most verbose. Nest's `log` is `info` and its `verbose` is `trace`:
 * names that Loki and Grafana know.
 */
export const levels = { fatal: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 } as const;

export type Level = keyof typeof levels;

const aliases: Record<string, Level> = { log: 'info', verbose: 'trace', warning: 'warn' };

/** Returns the level with this name, also one of Nest's names; undefined for an unknown name. */
export const parseLevel = (text: string): Level | undefined => {
  const name = text.trim().toLowerCase();
  return name in levels ? (name as Level) : aliases[name];
};
