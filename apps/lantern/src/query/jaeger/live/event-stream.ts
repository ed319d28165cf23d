import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** A client that reads so slowly gets nothing more until it has caught up. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** Interval of keep-alive comments: proxies close idle connections, and writing detects disconnected clients. */
const HEARTBEAT_MILLIS = 15_000;

/** Time after which a browser reconnects. */
const RETRY_MILLIS = 1_000;

/**
 * Events that are sent as they happen, until either side ends it.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events
 */
export class EventStream {
  private readonly response: ServerResponse;

  constructor(reply: FastifyReply, onEnd: () => void) {
    reply.hijack();
    this.response = reply.raw;
    const heartbeat = setInterval(() => this.write(': heartbeat\n\n'), HEARTBEAT_MILLIS);
    this.response.once('close', () => {
      clearInterval(heartbeat);
      onEnd();
    });
    // Without a listener an error of the connection would end the process; `close` follows it.
    this.response.on('error', () => undefined);
    this.response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      // nginx would hold events back to fill its buffers.
      'x-accel-buffering': 'no',
    });
    this.response.write(`retry: ${RETRY_MILLIS}\n\n`);
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Whether the client reads what it is sent. */
  get keepsUp(): boolean {
    return this.response.writableLength < MAX_UNREAD_BYTES;
  }

  send(event: string, data: unknown): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  end(): void {
    if (this.isOpen) this.response.end();
  }

  private write(text: string): void {
    if (this.isOpen && this.keepsUp) this.response.write(text);
  }
}
