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

/** Of OpenTelemetry, 1 to 24, four for each level. */
const levelOfSeverity = (text: string | undefined): string | undefined =>
  /^\d{1,2}$/.test(text ?? '')
    ? ['trace', 'debug', 'info', 'warn', 'error', 'fatal'][Math.ceil(Number(text) / 4) - 1]
    : undefined;

/** `"level":"warn"` of JSON, `level=warn` of logfmt; either quoted or not. */
const LEVEL_FIELD =
  /(?:^|[\s,{"])(?:level|lvl|severity|severity_text|loglevel|log\.level|log_level)"?\s*[:=]\s*"?([a-z]+)/i;

const LEVEL_WORD = /\b(?:trace|debug|info|warn(?:ing)?|err(?:or)?|critical|fatal)\b/gi;

/** When a line has several of these words, the gravest counts. */
const GRAVEST_FIRST = ['fatal', 'critical', 'error', 'warn', 'info', 'debug', 'trace'];

/** No further into a line: what tells its level stands near its beginning. */
const LOOKED_AT = 4_096;

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
  const head = line.slice(0, LOOKED_AT);
  const field = normalize(LEVEL_FIELD.exec(head)?.[1] ?? '');
  if (field !== undefined) return field;
  const words = new Set(Array.from(head.matchAll(LEVEL_WORD), ([word]) => normalize(word)));
  return GRAVEST_FIRST.find((level) => words.has(level)) ?? 'unknown';
};

/**
 * How grave a line is, by the first of these that tells: labels of its stream, structured metadata, a field
 * of the line, a word in it.
 */
export const detectLevel = (labels: LogLabels, entry: LogEntry): string =>
  levelAmong(labels) ??
  levelAmong(entry.structuredMetadata) ??
  levelOfSeverity(entry.structuredMetadata.severity_number) ??
  levelInLine(entry.line);

/** Every line has the structured metadata `detected_level`, as in Loki: Grafana colours by it. */
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
