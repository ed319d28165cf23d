import { parseScope } from '../../common/json/instrumentation-scope.js';
import { JsonMessage } from '../../common/json/json-message.js';
import { parseJson } from '../../common/json/parse-json.js';
import { parseResource } from '../../common/json/resource.js';
import type { ResourceLogs, ScopeLogs } from '../log-record.js';
import { parseLogRecord } from './log-record.js';

/**
 * Reads an `ExportLogsServiceRequest` (or `LogsData`, which has the same fields) in OTLP/JSON.
 *
 * @throws MalformedOtlpError
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const parseLogsRequestJson = (text: string): ResourceLogs[] =>
  JsonMessage.root(parseJson(text)).messages('resourceLogs').map(parseResourceLogs);

const parseResourceLogs = (message: JsonMessage): ResourceLogs => ({
  resource: parseResource(message.message('resource')),
  schemaUrl: message.text('schemaUrl'),
  scopeLogs: message.messages('scopeLogs').map(parseScopeLogs),
});

const parseScopeLogs = (message: JsonMessage): ScopeLogs => ({
  scope: parseScope(message.message('scope')),
  schemaUrl: message.text('schemaUrl'),
  logRecords: message.messages('logRecords').map(parseLogRecord),
});
