import type { LokiStats } from '@lantern/query-api';
import type { LogRow, LogStore } from '@lantern/telemetry-store';

/** Part of a store that queries read from. */
export type LogReader = Pick<LogStore, 'read'>;

/** Counts the lines and bytes that one query reads, and measures its time. */
export class QueryStats {
  private readonly startMillis = performance.now();
  private lines = 0;
  private bytes = 0;

  /** Returns a reader of the same lines that counts each of them. */
  counting(reader: LogReader): LogReader {
    return { read: (query) => this.count(reader.read(query)) };
  }

  /** @param entriesReturned number of lines, or of samples, in the answer */
  summarize(entriesReturned: number): LokiStats {
    const seconds = (performance.now() - this.startMillis) / 1_000;
    const perSecond = (count: number): number => (seconds > 0 ? Math.round(count / seconds) : 0);
    return {
      summary: {
        bytesProcessedPerSecond: perSecond(this.bytes),
        linesProcessedPerSecond: perSecond(this.lines),
        totalBytesProcessed: this.bytes,
        totalLinesProcessed: this.lines,
        execTime: seconds,
        queueTime: 0,
        subqueries: 0,
        totalEntriesReturned: entriesReturned,
      },
    };
  }

  private async *count(chunks: AsyncIterable<readonly LogRow[]>): AsyncGenerator<readonly LogRow[]> {
    for await (const rows of chunks) {
      this.lines += rows.length;
      for (const { entry, bytes = Buffer.byteLength(entry.line) } of rows) this.bytes += bytes;
      yield rows;
    }
  }
}
