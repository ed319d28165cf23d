/**
 * From the gravest to the chattiest, as they stand on the lines. Nest's `log` is `info` and its `verbose` is `trace`:
 * names that Loki and Grafana know.
 */
export const levels = { fatal: 0, error: 1, warn: 2, info: 3, debug: 4, trace: 5 } as const;

export type Level = keyof typeof levels;

const aliases: Record<string, Level> = { log: 'info', verbose: 'trace', warning: 'warn' };

/** A level by any of its names, also Nest's; undefined when it is none. */
export const parseLevel = (text: string): Level | undefined => {
  const name = text.trim().toLowerCase();
  return name in levels ? (name as Level) : aliases[name];
};
