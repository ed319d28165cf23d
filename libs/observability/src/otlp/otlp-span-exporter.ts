import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { encodeTraceRequest } from './trace-request.js';
import { readPartialSuccess } from './trace-response.js';

/**
 * Sends spans by OTLP as `http/protobuf`, configured by `OTEL_EXPORTER_OTLP_*`. Transport, retries, compression and
 * the reading of the variables are those of OpenTelemetry's exporters; only the encoding is our own.
 */
export class OtlpSpanExporter extends OTLPExporterBase<ReadableSpan[]> implements SpanExporter {
  constructor() {
    super(
      createOtlpHttpExportDelegate(
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- what the exporters of this version use themselves
        convertLegacyHttpOptions({}, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' }),
        { serializeRequest: encodeTraceRequest, deserializeResponse: readPartialSuccess },
        'otlp_http_span_exporter',
        { name: 'span', countItems: (spans) => spans.length },
        undefined,
      ),
    );
  }
}
