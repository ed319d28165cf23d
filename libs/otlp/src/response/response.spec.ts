import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { describe, expect, it } from '@jest/globals';
import { MalformedOtlpError } from '../malformed-otlp-error.js';
import { FULL_SUCCESS, type PartialSuccess, type Signal } from './export-response.js';
import {
  formatExportResponseJson,
  formatRpcStatusJson,
  parseExportResponseJson,
  parseRpcStatusJson,
} from './json.js';
import { decodeExportResponse, decodeRpcStatus, encodeExportResponse, encodeRpcStatus } from './protobuf.js';

const PARTIAL: PartialSuccess = { rejected: 3n, errorMessage: 'trace id is missing' };
const WARNING: PartialSuccess = { rejected: 0n, errorMessage: 'please upgrade' };

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('the response to an export', () => {
  it('The response to a fully accepted export is empty', () => {
    expect(encodeExportResponse()).toEqual(new Uint8Array());
    expect(formatExportResponseJson('traces')).toEqual({});
  });

  it("The response to an export is understood by OpenTelemetry's own exporter", () => {
    const partialSuccess = { rejectedSpans: 3, errorMessage: 'trace id is missing' };
    expect(ProtobufTraceSerializer.deserializeResponse(encodeExportResponse(PARTIAL))).toEqual({
      partialSuccess,
    });
    expect(
      JsonTraceSerializer.deserializeResponse(jsonBytes(formatExportResponseJson('traces', PARTIAL))),
    ).toEqual({ partialSuccess: { ...partialSuccess, rejectedSpans: '3' } });
  });

  it.each([FULL_SUCCESS, PARTIAL, WARNING])(
    'The response to an export is decoded as it was encoded: %j',
    (response) => {
      expect(decodeExportResponse(encodeExportResponse(response))).toEqual(response);
      for (const signal of ['traces', 'logs', 'metrics'] satisfies Signal[]) {
        const text = JSON.stringify(formatExportResponseJson(signal, response));
        expect(parseExportResponseJson(signal, text)).toEqual(response);
      }
    },
  );

  it('The response to an export names the rejected items as the signal does', () => {
    expect(formatExportResponseJson('logs', PARTIAL)).toMatchObject({
      partialSuccess: { rejectedLogRecords: '3' },
    });
    expect(formatExportResponseJson('metrics', PARTIAL)).toMatchObject({
      partialSuccess: { rejectedDataPoints: '3' },
    });
  });

  it('A malformed response to an export is rejected', () => {
    expect(() => decodeExportResponse(Uint8Array.of(0x0a, 0x05))).toThrow(MalformedOtlpError);
    expect(() => parseExportResponseJson('traces', '{"partialSuccess":{"rejectedSpans":"x"}}')).toThrow(
      'partialSuccess.rejectedSpans must be an integer',
    );
  });
});

describe('the status of a failed export', () => {
  const status = { code: 3, message: 'Malformed OTLP: größer als erlaubt' };

  it('The status of a failed export is decoded as it was encoded', () => {
    expect(decodeRpcStatus(encodeRpcStatus(status))).toEqual(status);
    expect(parseRpcStatusJson(JSON.stringify(formatRpcStatusJson(status)))).toEqual(status);
  });

  it('Unknown details of a status are skipped', () => {
    const withDetails = Buffer.concat([encodeRpcStatus(status), Uint8Array.of(0x1a, 0x02, 0x0a, 0x00)]);
    expect(decodeRpcStatus(withDetails)).toEqual(status);
  });

  it('A status can have a RetryInfo with the delay before a retry', () => {
    const bytes = encodeRpcStatus({ code: 14, message: 'busy', retryDelaySeconds: 2 });
    // code 14, message "busy", one Any: its type, and RetryInfo { retry_delay: Duration { seconds: 2 } }.
    const type = 'type.googleapis.com/google.rpc.RetryInfo';
    expect(Buffer.from(bytes)).toEqual(
      Buffer.concat([
        Buffer.from([0x08, 14, 0x12, 4]),
        Buffer.from('busy'),
        Buffer.from([0x1a, type.length + 8, 0x0a, type.length]),
        Buffer.from(type),
        Buffer.from([0x12, 4, 0x0a, 2, 0x08, 2]),
      ]),
    );
    expect(decodeRpcStatus(bytes)).toEqual({ code: 14, message: 'busy' });
  });
});
