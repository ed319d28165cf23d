import { WireReader, type MessageFields } from '../wire/wire-reader.js';
import { WireWriter } from '../wire/wire-writer.js';
import { FULL_SUCCESS, type PartialSuccess } from './export-response.js';
import type { RpcStatus } from './rpc-status.js';

const RESPONSE: MessageFields = { 1: 'partialSuccess' };
const PARTIAL_SUCCESS: MessageFields = { 1: 'rejected', 2: 'errorMessage' };
/** `details` have any type and are skipped. */
const STATUS: MessageFields = { 1: 'code', 2: 'message' };

const EMPTY = new Uint8Array(0);

/** Encodes the response of any signal: all have the same fields. A full success is empty. */
export const encodeExportResponse = ({
  rejected,
  errorMessage,
}: PartialSuccess = FULL_SUCCESS): Uint8Array => {
  if (rejected === 0n && errorMessage === '') return EMPTY;
  const writer = new WireWriter();
  const start = writer.begin(1);
  writer.int64(1, rejected);
  writer.text(2, errorMessage);
  writer.end(start);
  return writer.finish();
};

/** @throws MalformedOtlpError */
export const decodeExportResponse = (bytes: Uint8Array): PartialSuccess => {
  const reader = new WireReader(bytes, RESPONSE);
  let partialSuccess = FULL_SUCCESS;
  while (reader.next()) {
    if (reader.field === 1) partialSuccess = readPartialSuccess(reader, partialSuccess);
    else reader.skip();
  }
  return partialSuccess;
};

const readPartialSuccess = (reader: WireReader, before: PartialSuccess): PartialSuccess => {
  const outer = reader.enter(PARTIAL_SUCCESS);
  let { rejected, errorMessage } = before;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        rejected = reader.int64();
        break;
      case 2:
        errorMessage = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  reader.leave(outer);
  return { rejected, errorMessage };
};

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto */
const RETRY_INFO_TYPE = 'type.googleapis.com/google.rpc.RetryInfo';

/** @param status with `retryDelaySeconds`, a `RetryInfo` tells the client when to retry */
export const encodeRpcStatus = ({
  code,
  message,
  retryDelaySeconds,
}: RpcStatus & { readonly retryDelaySeconds?: number }): Uint8Array => {
  const writer = new WireWriter();
  writer.int32(1, code);
  writer.text(2, message);
  if (retryDelaySeconds !== undefined) {
    const detail = writer.begin(3);
    writer.text(1, RETRY_INFO_TYPE);
    const retryInfo = writer.begin(2);
    const delay = writer.begin(1);
    writer.int64(1, BigInt(retryDelaySeconds));
    writer.end(delay);
    writer.end(retryInfo);
    writer.end(detail);
  }
  return writer.finish();
};

/** @throws MalformedOtlpError */
export const decodeRpcStatus = (bytes: Uint8Array): RpcStatus => {
  const reader = new WireReader(bytes, STATUS);
  let code = 0;
  let message = '';
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        code = reader.int32();
        break;
      case 2:
        message = reader.text();
        break;
      default:
        reader.skip();
    }
  }
  return { code, message };
};
