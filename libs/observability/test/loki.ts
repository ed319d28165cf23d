import { type RunningServer, readBody, startServer } from './http-server.js';

export interface ReceivedLine {
  labels: Record<string, string>;
  timestamp: string;
  line: string;
  metadata: Record<string, string>;
}

export interface FakeLoki extends RunningServer {
  lines: ReceivedLine[];
  /** Headers of each push. */
  pushes: NodeJS.Dict<string | string[]>[];
  /** What it answers from now on; undefined is no answer at all. */
  answerWith: (status: number | undefined) => void;
}

interface Push {
  streams: { stream: Record<string, string>; values: [string, string, Record<string, string>][] }[];
}

/** What Loki's push API does with JSON: keeps the lines it accepts, answers 204. */
export async function startLoki(): Promise<FakeLoki> {
  const lines: ReceivedLine[] = [];
  const pushes: FakeLoki['pushes'] = [];
  let status: number | undefined = 204;
  const server = await startServer((request, response) => {
    pushes.push(request.headers);
    const answer = status;
    void readBody(request).then((body) => {
      if (answer === undefined) return;
      if (request.url !== '/loki/api/v1/push') return response.writeHead(404).end();
      if (answer === 204) {
        for (const { stream, values } of (JSON.parse(body) as Push).streams) {
          for (const [timestamp, line, metadata] of values)
            lines.push({ labels: stream, timestamp, line, metadata });
        }
      }
      return response.writeHead(answer).end(answer === 204 ? undefined : 'refused by the test');
    });
  });
  return { ...server, lines, pushes, answerWith: (next) => (status = next) };
}
