import type { ReportLine } from './report-data.js';

const MESSAGE_KEYS = ['message', 'msg', 'body', 'event'];
const LEVEL_KEYS = ['level', 'detected_level', 'severity', 'severity_text'];
const SERVICE_KEYS = ['service_name', 'service', 'service.name'];
const SPAN_KEYS = ['span_id', 'spanId', 'spanID'];

/** Reads the fields of a line that every reader shows: from its labels and metadata, or from the line if that is JSON. */
export const readLine = ({
  line,
  labels,
  metadata,
}: Pick<ReportLine, 'line' | 'labels' | 'metadata'>): Pick<
  ReportLine,
  'service' | 'level' | 'message' | 'spanId'
> => {
  const own = membersOf(line);
  const first = (keys: readonly string[]): string | undefined => {
    for (const fields of [own, metadata, labels]) {
      for (const key of keys) {
        const value = fields[key];
        if (typeof value === 'string' && value !== '') return value;
      }
    }
    return undefined;
  };
  const spanId = first(SPAN_KEYS);
  return {
    service: first(SERVICE_KEYS) ?? '',
    level: (first(LEVEL_KEYS) ?? '').toLowerCase(),
    message: MESSAGE_KEYS.map((key) => own[key]).find((value) => typeof value === 'string') ?? line,
    ...(spanId !== undefined && { spanId }),
  };
};

const membersOf = (line: string): Readonly<Record<string, unknown>> => {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
};
