import { emptyScope, readScope } from '../../common/protobuf/instrumentation-scope.js';
import { emptyResource, readResource } from '../../common/protobuf/resource.js';
import { WireReader, type MessageFields } from '../../wire/wire-reader.js';
import type { LogRecord, ResourceLogs, ScopeLogs } from '../log-record.js';
import { readLogRecord } from './log-record.js';

const REQUEST: MessageFields = { 1: 'resourceLogs' };
const RESOURCE_LOGS: MessageFields = { 1: 'resource', 2: 'scopeLogs', 3: 'schemaUrl' };
const SCOPE_LOGS: MessageFields = { 1: 'scope', 2: 'logRecords', 3: 'schemaUrl' };

/**
 * Reads an `ExportLogsServiceRequest` (or `LogsData`, which looks the same) in protobuf. Nothing of the result
 * refers to `bytes`.
 *
 * @param maxMessages how many messages, at any depth, it may hold: an attribute is two, a record one
 * @throws MalformedOtlpError
 * @see https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
export const decodeLogsRequest = (bytes: Uint8Array, maxMessages = Infinity): ResourceLogs[] => {
  const reader = new WireReader(bytes, REQUEST, maxMessages);
  const resourceLogs: ResourceLogs[] = [];
  while (reader.next()) {
    if (reader.field === 1) resourceLogs.push(readResourceLogs(reader));
    else reader.skip();
  }
  return resourceLogs;
};

const readResourceLogs = (reader: WireReader): ResourceLogs => {
  const outer = reader.enter(RESOURCE_LOGS);
  const resource = emptyResource();
  const scopeLogs: ScopeLogs[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readResource(reader, resource);
        break;
      case 2:
        scopeLogs.push(readScopeLogs(reader));
        break;
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { resource, schemaUrl, scopeLogs };
};

const readScopeLogs = (reader: WireReader): ScopeLogs => {
  const outer = reader.enter(SCOPE_LOGS);
  const scope = emptyScope();
  const logRecords: LogRecord[] = [];
  let schemaUrl = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readScope(reader, scope);
        break;
      case 2:
        logRecords.push(readLogRecord(reader));
        break;
      case 3:
        schemaUrl = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { scope, schemaUrl, logRecords };
};
