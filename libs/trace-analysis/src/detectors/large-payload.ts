import { SpanKind, formatCount, formatNanos } from '@lantern/telemetry-model';
import { codeText } from '../code-text.js';
import type { Detection } from '../detection.js';
import type { Detector } from '../detector.js';
import type { TraceFacts } from '../trace-facts.js';

const MEBIBYTE = 1_048_576;
const LEAST_BYTES = MEBIBYTE;
const LEAST_ROWS = 5_000;
const LEAST_SHARE = 0.05;

/** Bodies that are large by nature: files, media and streams. */
const FILE_TYPE =
  /^(?:image|audio|video|font)\/|octet-stream|zip|gzip|tar|pdf|csv|parquet|multipart|event-stream|ndjson|spreadsheet|wordprocessing/i;
const FILE_PATH =
  /\.(?:zip|gz|tgz|tar|pdf|csv|xlsx|docx|parquet|png|jpe?g|gif|webp|svg|mp[34]|mov|webm|wav|woff2?|js|css|iso|bin|exe)$|\/(?:files?|uploads?|downloads?|exports?|attachments?|images?|media|blobs?|backups?|assets?|documents?)(?:\/|$)/i;

/**
 * Finds bodies of 1 MiB and more, and queries that return 5,000 rows and more, which take time. Files are left out. Of the
 * CLIENT and the SERVER span of one call the outer one is reported.
 */
export const detectLargePayloads: Detector = (facts) => {
  const found: Detection[] = [];
  for (let row = 0; row < facts.table.length; row++) {
    const fields = facts.fields[row];
    if (fields === undefined || fields.isEmpty) continue;
    const request = fields.number('requestSize') ?? 0;
    const response = fields.number('responseSize') ?? 0;
    const rows = fields.number('returnedRows') ?? 0;
    const bytes = Math.max(request, response);
    if (bytes < LEAST_BYTES && rows < LEAST_ROWS) continue;
    if (bytes >= LEAST_BYTES && (isFile(facts, row) || isReportedAbove(facts, row))) continue;
    const nano = facts.criticalIn(row) > 0 ? facts.criticalIn(row) : facts.duration(row);
    const share = facts.share(nano);
    if (share < LEAST_SHARE) continue;
    const what =
      bytes < LEAST_BYTES
        ? `returned ${formatCount(rows)} rows`
        : `${response >= request ? 'received' : 'sent'} ${formatSize(bytes)}`;
    const isServer = facts.kind(row) === SpanKind.server;
    found.push({
      kind: 'large-payload',
      share,
      rows: [row],
      text:
        `${codeText(facts.operation(row))} in ${codeText(facts.service(row))} ` +
        `${isServer ? (response >= request ? what.replace('received', 'answered with') : what.replace('sent', 'received')) : what}: ` +
        `${formatNanos(nano)} of ${formatNanos(facts.table.duration)}.`,
    });
  }
  return found;
};

const isFile = (facts: TraceFacts, row: number): boolean => {
  const fields = facts.fields[row];
  const type = fields?.text('contentType');
  const path = (fields?.text('path') ?? fields?.text('url') ?? '').split(/[?#]/, 1)[0] ?? '';
  // A request for a part of a file.
  return (
    fields?.text('status') === '206' ||
    (type !== undefined && FILE_TYPE.test(type)) ||
    FILE_PATH.test(path) ||
    FILE_PATH.test(fields?.text('route') ?? '')
  );
};

/** Whether an ancestor transports the same body. */
const isReportedAbove = (facts: TraceFacts, row: number): boolean => {
  const size = (at: number): number =>
    Math.max(facts.fields[at]?.number('requestSize') ?? 0, facts.fields[at]?.number('responseSize') ?? 0);
  for (
    let above = facts.parent(row), steps = 0;
    above !== -1 && steps < 8;
    above = facts.parent(above), steps++
  ) {
    if (size(above) >= LEAST_BYTES) return true;
  }
  return false;
};

const formatSize = (bytes: number): string => `${Number((bytes / MEBIBYTE).toPrecision(3))} MiB`;
