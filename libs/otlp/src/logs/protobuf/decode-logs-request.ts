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
 * Reads an `ExportLogsServiceRequest` (or `LogsData`, which looks the same) in protobuf. Nothing of the result
 * refers to `bytes`.
 *
 * @param maxMessages how many messages, at any depth, it may hold: an attribute is two, a record one
 * @throws MalformedOtlpError
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export const decodeLogsRequest = (bytes: Uint8Array, maxMessages = Infinity): ResourceLogs[] =>
  readGroups(new WireReader(bytes, FORMAT.fields[0], maxMessages), FORMAT);
