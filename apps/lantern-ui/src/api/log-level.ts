/** Levels, most severe first. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'unknown'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Spellings of levels: npm and syslog levels of winston, pino, severity texts of OpenTelemetry. */
const SPELLINGS = new Map<string, LogLevel>(
  Object.entries({
    emerg: 'fatal',
    emergency: 'fatal',
    alert: 'fatal',
    crit: 'fatal',
    critical: 'fatal',
    panic: 'fatal',
    err: 'error',
    warning: 'warn',
    notice: 'info',
    information: 'info',
    informational: 'info',
    http: 'info',
    log: 'info',
    verbose: 'debug',
    dbug: 'debug',
    silly: 'trace',
  }),
);

export const levelOf = (text: string | undefined): LogLevel => {
  // OpenTelemetry numbers its severities: ERROR2 is an error.
  const word = (text ?? '').toLowerCase().replace(/\d+$/, '');
  return LOG_LEVELS.find((level) => level === word) ?? SPELLINGS.get(word) ?? 'unknown';
};

export const isAtLeast = (level: LogLevel, threshold: LogLevel): boolean =>
  LOG_LEVELS.indexOf(level) <= LOG_LEVELS.indexOf(threshold);
