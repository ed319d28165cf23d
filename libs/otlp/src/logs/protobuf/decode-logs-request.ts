import { finish } from '@lantern/telemetry-model';
import { readGroups, type GroupFormat } from '../../common/protobuf/groups.js';
import { WireReader } from '../../wire/wire-reader.js';
import type { LogRecord, ResourceLogs, ScopeLogs } from '../log-record.js';
import { readLogRecord } from './log-record.js';

const FORMAT: GroupFormat<LogRecord, ScopeLogs, ResourceLogs> = {
  fields: [
    { 1: 'resourceLogs' },
    { 1: 'resource', 2: 'scopeLogs', 3: 'schemaUrl' },
    { 1: 'scope', 2: 'logRecords', 3: 'schemaUrl' },
  ],
  read: readLogRecord,
  ofScope: (scope, schemaUrl, logRecords) => ({ scope, schemaUrl, logRecords }),
  ofResource: (resource, schemaUrl, scopeLogs) => ({ resource, schemaUrl, scopeLogs }),
};

/**
 * Reads an `ExportLogsServiceRequest` (or `LogsData`, which has the same fields) in protobuf. The result does not
 * refer to `bytes`.
 *
 * @param maxMessages maximum number of messages at any depth. An attribute is two messages, a record is one.
 * @throws MalformedOtlpError
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export const decodeLogsRequest = (bytes: Uint8Array, maxMessages = Infinity): ResourceLogs[] =>
  finish(readGroups(new WireReader(bytes, FORMAT.fields[0], maxMessages), FORMAT));
