import { MESSAGE } from 'triple-beam';
import { format } from 'winston';
import type WinstonLoki from 'winston-loki';
import { describeError } from '../redaction/errors.js';
import type { Parcel } from '../delivery/blocking-sender.js';
import { HttpExchange } from './http-exchange.js';
import type { QueuedLine } from './line-queue.js';
import { type SendOutcome, failedOutcome } from '../delivery/send-outcome.js';
import type { LineSender } from './line-sender.js';

/** Timeouts of one request, in milliseconds: without activity on the socket, and in total. */
const defaultLimits = { silenceMillis: 5000, requestMillis: 10_000 };

/**
 * Pushes lines by winston-loki. Each request gets a winston-loki transport of its own, whose `close()` makes exactly
 * one request, so that its public interface suffices to know the outcome.
 */
export class LokiSender implements LineSender {
  readonly target = 'Loki';
  private readonly host: string;

  /**
   * @param url base URL, http or https; credentials in it become basic authentication
   * @param labels of the stream. Few and constant: each combination is a stream of its own
   */
  constructor(
    url: string,
    private readonly labels: Record<string, string>,
    private readonly limits = defaultLimits,
  ) {
    const { href, protocol } = new URL(url);
    if (!/^https?:$/.test(protocol)) throw new TypeError('not an http(s) URL');
    this.host = href.replace(/\/$/, '');
  }

  async send(lines: readonly QueuedLine[]): Promise<SendOutcome> {
    const exchange = new HttpExchange();
    let failure: unknown;
    try {
      Loki ??= (await import('winston-loki')).default;
      const loki = new Loki({
        host: this.host,
        json: true,
        labels: this.labels,
        // Makes winston-loki use the line as it is; the line is formatted already.
        format: format.json(),
        gracefulShutdown: false,
        replaceTimestamp: false,
        clearOnError: true,
        timeout: this.limits.silenceMillis,
        onConnectionError: (error) => {
          failure = error;
        },
      });
      for (const line of lines) loki.log?.(infoOf(line), nothing);
      await exchange.run(this.limits.requestMillis, () => loki.close());
    } catch (error) {
      failure = error;
    }
    if (failure === undefined) return { kind: 'accepted' };
    return failedOutcome(describeError(failure).message, statusOf(failure), exchange.retryAfterMillis);
  }

  parcel(lines: readonly QueuedLine[]): Parcel {
    const { origin, pathname, username, password } = new URL(this.host);
    const values = lines.map((line) => [nanos(line.time), line.text, metadataOf(line)]);
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return {
      url: `${origin}${pathname.replace(/\/$/, '')}/loki/api/v1/push`,
      headers: {
        'content-type': 'application/json',
        ...(username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
      },
      body: Buffer.from(JSON.stringify({ streams: [{ stream: this.labels, values }] })),
    };
  }

  async close(): Promise<void> {
    // Nothing is held between two requests.
  }
}

let Loki: typeof WinstonLoki | undefined;

const nothing = (): void => undefined;

/**
 * Returns the line as winston-loki receives it. Every property except text and time becomes structured metadata, also
 * the level: without winston's symbol for it, winston-loki makes it no label, and all lines form one stream, in order.
 */
const infoOf = (line: QueuedLine): object => ({
  [MESSAGE]: line.text,
  timestamp: line.time,
  ...metadataOf(line),
});

const metadataOf = ({ level, traceId, spanId, correlationId }: QueuedLine): Record<string, string> => {
  const metadata: Record<string, string> = { level };
  if (traceId !== undefined) metadata.trace_id = traceId;
  if (spanId !== undefined) metadata.span_id = spanId;
  if (correlationId !== undefined) metadata.correlation_id = correlationId;
  return metadata;
};

/** Time in milliseconds, as winston-loki sends it, so that a retried line is the same line. */
const nanos = (millis: number): string => `${Math.floor(millis)}000000`;

const statusOf = (failure: unknown): number | undefined => {
  if (typeof failure !== 'object' || failure === null || !('statusCode' in failure)) return undefined;
  return Number(failure.statusCode);
};
