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
  /** Bytes of the largest body so far. */
  largestBody: number;
  /** Sets the status of all further responses; undefined sends no response. */
  answerWith: (status: number | undefined, headers?: Record<string, string>) => void;
  /** Rejects with 400 each push, as a whole, that has such a line. */
  refuse: (isPoisoned: (line: string) => boolean) => void;
  /** Sends the headers of a response and then a byte now and then, without an end. */
  dribble: () => void;
}

interface Push {
  streams: { stream: Record<string, string>; values: [string, string, Record<string, string>][] }[];
}

/** Starts a fake of Loki's JSON push API: keeps the lines that it accepts, and responds with 204. */
export const startLoki = async (): Promise<FakeLoki> => {
  let answer: { status: number | undefined; headers?: Record<string, string> } = { status: 204 };
  let isPoisoned = (_line: string): boolean => false;
  let dribbling = false;
  const timers: NodeJS.Timeout[] = [];
  const server = await startServer((request, response) => {
    loki.pushes.push(request.headers);
    const { status, headers } = answer;
    void readBody(request).then((body) => {
      loki.largestBody = Math.max(loki.largestBody, Buffer.byteLength(body));
      if (dribbling) {
        response.writeHead(200);
        timers.push(setInterval(() => response.write('.'), 10));
        return;
      }
      if (status === undefined) return;
      if (request.url !== '/loki/api/v1/push') return response.writeHead(404).end();
      if (status !== 204) return response.writeHead(status, headers).end('refused by the test');
      const received = (JSON.parse(body) as Push).streams.flatMap(({ stream, values }) =>
        values.map(([timestamp, line, metadata]) => ({ labels: stream, timestamp, line, metadata })),
      );
      const poisoned = received.find(({ line }) => isPoisoned(line));
      if (poisoned) return response.writeHead(400).end(`cannot take ${poisoned.line.slice(0, 100)}`);
      loki.lines.push(...received);
      return response.writeHead(204).end();
    });
  });
  const loki: FakeLoki = {
    ...server,
    lines: [],
    pushes: [],
    largestBody: 0,
    answerWith: (status, headers = {}) => (answer = { status, headers }),
    refuse: (predicate) => (isPoisoned = predicate),
    dribble: () => (dribbling = true),
    close: () => {
      for (const timer of timers) clearInterval(timer);
      return server.close();
    },
  };
  return loki;
};
