import { describe, expect, it } from '@jest/globals';
import { orderTrace } from '@lantern/telemetry-model/testing';
import { formatTraceRequestJson } from './json/format-trace-request.js';
import { parseTraceRequestJson } from './json/parse-trace-request.js';
import { decodeTraceRequest } from './protobuf/decode-trace-request.js';
import { encodeTraceRequest } from './protobuf/encode-trace-request.js';

describe('a trace request', () => {
  const { resourceSpans } = orderTrace({ failed: true });

  it('survives protobuf', () => {
    expect(decodeTraceRequest(encodeTraceRequest(resourceSpans)).resourceSpans).toEqual(resourceSpans);
  });

  it('survives JSON', () => {
    const text = JSON.stringify(formatTraceRequestJson(resourceSpans));
    expect(parseTraceRequestJson(text).resourceSpans).toEqual(resourceSpans);
  });
});
