import { JsonMessage } from '../common/json/json-message.js';
import { parseJson } from '../common/json/parse-json.js';
import { FULL_SUCCESS, REJECTED_FIELD, type PartialSuccess, type Signal } from './export-response.js';
import type { RpcStatus } from './rpc-status.js';

export interface ExportResponseJson {
  partialSuccess?: {
    rejectedSpans?: string;
    rejectedLogRecords?: string;
    rejectedDataPoints?: string;
    errorMessage?: string;
  };
}

/** Ready for `JSON.stringify`. A full success is `{}`. */
export const formatExportResponseJson = (
  signal: Signal,
  { rejected, errorMessage }: PartialSuccess = FULL_SUCCESS,
): ExportResponseJson =>
  rejected === 0n && errorMessage === ''
    ? {}
    : {
        partialSuccess: {
          ...(rejected === 0n ? {} : { [REJECTED_FIELD[signal]]: String(rejected) }),
          ...(errorMessage === '' ? {} : { errorMessage }),
        },
      };

/** @throws MalformedOtlpError */
export const parseExportResponseJson = (signal: Signal, text: string): PartialSuccess => {
  const partialSuccess = rootOf(text).message('partialSuccess');
  return {
    rejected: partialSuccess.int64(REJECTED_FIELD[signal]),
    errorMessage: partialSuccess.text('errorMessage'),
  };
};

export const formatRpcStatusJson = ({ code, message }: RpcStatus): RpcStatus => ({ code, message });

/** @throws MalformedOtlpError */
export const parseRpcStatusJson = (text: string): RpcStatus => {
  const status = rootOf(text);
  return { code: status.int32('code'), message: status.text('message') };
};

const rootOf = (text: string): JsonMessage => JsonMessage.root(parseJson(text));
