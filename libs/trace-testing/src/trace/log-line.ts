/** Log line of a trace. */
export interface LogLine {
  readonly timeUnixNano: bigint;
  readonly service: string;
  /** In lower case; empty when it is unknown. */
  readonly level: string;
  /** Message of a line in JSON; the whole text of any other line. */
  readonly message: string;
  /** Members of a line in JSON; none of any other line. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Labels of the stream, and structured metadata of the line. */
  readonly labels: Readonly<Record<string, string>>;
  readonly text: string;
}

const SEVERE = new Set([
  'warn',
  'warning',
  'error',
  'err',
  'critical',
  'fatal',
  'alert',
  'emergency',
  'panic',
]);

/** Whether the level is warn or above. */
export const isSevere = ({ level }: LogLine): boolean => SEVERE.has(level);

const MESSAGE_FIELDS = ['message', 'msg', 'body', 'event'] as const;
const LEVEL_FIELDS = ['level', 'severity', 'severity_text', 'detected_level', 'lvl'] as const;
const SERVICE_FIELDS = ['service_name', 'service', 'service.name'] as const;

/** Reads a line as Loki returns it: the labels hold the structured metadata too. */
export const parseLogLine = (
  labels: Readonly<Record<string, string>>,
  [time, text]: readonly [string, string],
): LogLine => {
  const own = fieldsOf(text);
  const all = { ...labels, ...own };
  const first = (names: readonly string[], from: Readonly<Record<string, unknown>>): string => {
    const value = names.map((name) => from[name]).find((each) => typeof each === 'string');
    return typeof value === 'string' ? value : '';
  };
  return {
    timeUnixNano: BigInt(time),
    service: first(SERVICE_FIELDS, all),
    level: first(LEVEL_FIELDS, all).toLowerCase(),
    message: own === undefined ? text : first(MESSAGE_FIELDS, own),
    fields: own ?? {},
    labels,
    text,
  };
};

const fieldsOf = (text: string): Readonly<Record<string, unknown>> | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
};
