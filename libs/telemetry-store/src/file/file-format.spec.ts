import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkTraceRequest, encodeTraceRequest } from '@lantern/otlp';
import { SpanKind } from '@lantern/telemetry-model';
import { T0, millis, resourceSpans, span, spanId, traceId } from '@lantern/telemetry-model/testing';
import { openBlockStore } from '../block-store.js';
import { openSealedBytes } from '../bytes/sealed-bytes.js';
import { TemporaryFolders } from '../testing/temporary-folders.js';

const page = readFileSync(new URL('../../../../docs/file-format.md', import.meta.url), 'utf8');

/** Returns the bytes at the beginning of each line of the first example after a sentence. */
const example = (sentence: string): string => {
  const [, block = ''] = /```text\n(.*?)```/s.exec(page.slice(page.indexOf(sentence))) ?? [];
  return block
    .split('\n')
    .map((line) => /^\s*((?:[\dA-F]{2}\s+)*(?:[\dA-F]{2}(?=\s|$))?)/.exec(line)?.[1] ?? '')
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
};

const written = (bytes: Uint8Array): string =>
  (Buffer.from(bytes).toString('hex').toUpperCase().match(/../g) ?? []).join(' ');

const folders = new TemporaryFolders();
const folder = folders.next();
afterAll(() => folders.remove());

const columnOf = (sql: string): Uint8Array => {
  const database = new DatabaseSync(join(folder, 'lantern.db'));
  const row = database.prepare(`SELECT ${sql} LIMIT 1`).get();
  database.close();
  return Object.values(row ?? {})[0] as Uint8Array;
};

/** Examples of docs/file-format.md: two spans of a service, in a block. */
describe('Examples in docs/file-format.md', () => {
  beforeAll(async () => {
    const store = openBlockStore({ folder, spansPerBlock: 2, sweepMillis: 0 });
    const common = { traceId: traceId(10), endUnixNano: T0 + millis(1) };
    const root = span({ ...common, name: 'GET /', kind: SpanKind.server });
    const child = { spanId: spanId(2), parentSpanId: spanId(1), name: 'SELECT', kind: SpanKind.client };
    await store.traces.append(
      checkTraceRequest(encodeTraceRequest([resourceSpans('web', root, span({ ...common, ...child }))])),
    );
    await store.close();
  });

  it('The file format page shows the record of the journal as it is written', () => {
    const segment = readFileSync(join(folder, 'wal', '0000000001.wal'));
    expect(page).toContain(`makes this segment of ${segment.length} bytes`);
    const shown = example('A request with two spans');
    expect(shown.length).toBeGreaterThan(60);
    expect(written(segment).startsWith(shown)).toBe(true);
  });

  it('The file format page shows the summary of the block as it is written', () => {
    expect(example('Summary of the block with the request above, decompressed')).toBe(
      written(openSealedBytes(columnOf('summary FROM span_summary'))),
    );
  });

  it('The file format page shows the tags of the block as they are written', () => {
    expect(example('Tags of the block above, whose only attribute')).toBe(
      written(columnOf('tags FROM span_tags')),
    );
  });
});
