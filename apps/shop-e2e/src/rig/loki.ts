import { waitFor } from '@lantern/launcher';
import { environment } from './environment.js';

export interface LogLine {
  readonly labels: Readonly<Record<string, string>>;
  /** Fields of the line, which the services write as JSON. */
  readonly fields: Readonly<Record<string, unknown>>;
}

interface StreamsAnswer {
  readonly data: {
    readonly result: readonly {
      readonly stream: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [string, string])[];
    }[];
  };
}

/** Returns the lines of the last hour that match a LogQL query. */
export const queryLogs = async (query: string): Promise<readonly LogLine[]> => {
  const start = BigInt(Date.now() - 3_600_000) * 1_000_000n;
  const parameters = new URLSearchParams({ query, limit: '1000', start: start.toString() });
  const response = await fetch(`${environment.loki}/loki/api/v1/query_range?${parameters.toString()}`);
  if (!response.ok) throw new Error(`Loki rejected ${query}: ${response.status} ${await response.text()}`);
  const { data } = (await response.json()) as StreamsAnswer;
  return data.result.flatMap(({ stream, values }) =>
    values.map(([, line]) => ({ labels: stream, fields: JSON.parse(line) as Record<string, unknown> })),
  );
};

/** Waits for a line that matches a query and satisfies the condition. */
export const waitForLog = (
  query: string,
  condition: (line: LogLine) => boolean = () => true,
): Promise<LogLine> => waitFor(`a line of ${query}`, async () => (await queryLogs(query)).find(condition));
