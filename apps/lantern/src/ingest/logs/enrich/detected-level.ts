import type { LogEntry, LogLabels, LogStream } from '@lantern/telemetry-model';

const LEVELS: Readonly<Record<string, string>> = {
  trace: 'trace',
  trc: 'trace',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  critical: 'critical',
  fatal: 'fatal',
};

const LEVEL_KEY = /^(?:level|lvl|severity|severity_text|severitytext|log\.level|log_level|loglevel)$/i;

/** Maps OpenTelemetry's severity number: 1 to 24, four per level. */
const levelOfSeverity = (text: string | undefined): string | undefined =>
  /^\d{1,2}$/.test(text ?? '')
    ? ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][Math.ceil(Number(text) / 4) - 1]
    : undefined;

/** Level field of JSON (`"level":"warn"`) or logfmt (`level=warn`). */
const LEVEL_FIELD =
  /(?:^|[\s,{"])(?:level|lvl|severity|severity_text|loglevel|log\.level|log_level)"?\s*[:=]\s*"?([a-z]+)/i;

const LEVEL_WORD = /\b(?:trace|debug|info|warn(?:ing)?|err(?:or)?|critical|fatal)\b/gi;

/** Levels from most to least severe. A line with several of these words has the most severe level. */
const MOST_SEVERE_FIRST = ['fatal', 'critical', 'error', 'warn', 'info', 'debug', 'trace'];

/** Maximum number of characters to search: lines name their level near the start. */
const SEARCHED_LENGTH = 4_096;

const normalize = (text: string): string | undefined => {
  const level = text.toLowerCase();
  return Object.hasOwn(LEVELS, level) ? LEVELS[level] : undefined;
};

const levelAmong = (values: Readonly<Record<string, string>>): string | undefined => {
  for (const name in values) {
    if (LEVEL_KEY.test(name)) {
      const level = normalize(values[name] ?? '');
      if (level !== undefined) return level;
    }
  }
  return undefined;
};

const levelInLine = (line: string): string => {
  const head = line.slice(0, SEARCHED_LENGTH);
  const field = normalize(LEVEL_FIELD.exec(head)?.[1] ?? '');
  if (field !== undefined) return field;
  const words = new Set(Array.from(head.matchAll(LEVEL_WORD), ([word]) => normalize(word)));
  return MOST_SEVERE_FIRST.find((level) => words.has(level)) ?? 'unknown';
};

/**
 * Returns the level of a line from the first of these that has one: the labels of its stream, its structured metadata, a
 * field in the line, a word in the line.
 */
export const detectLevel = (labels: LogLabels, entry: LogEntry): string =>
  levelAmong(labels) ??
  levelAmong(entry.structuredMetadata) ??
  levelOfSeverity(entry.structuredMetadata.severity_number) ??
  levelInLine(entry.line);

/** Adds the structured metadata `detected_level` to every line, as Loki does. Grafana colors lines by it. */
export const withDetectedLevel = (stream: LogStream): LogStream => ({
  ...stream,
  entries: stream.entries.map((entry) =>
    entry.structuredMetadata.detected_level
      ? entry
      : {
          ...entry,
          structuredMetadata: {
            ...entry.structuredMetadata,
            detected_level: detectLevel(stream.labels, entry),
          },
        },
  ),
});
