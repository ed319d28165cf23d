import type { LogLabels } from '@lantern/telemetry-model';
import type { LogExpr } from '../ast.js';
import { compilePipeline } from '../eval/line-pipeline.js';
import { parseLogql } from '../parser.js';
import { LineLabels } from '../pipeline/line-labels.js';

export interface PipedLine {
  readonly line: string;
  readonly parsed: Record<string, string>;
  readonly all: Record<string, string>;
}

/** Takes one line through a pipeline, for example `| json | status >= 500`; undefined when it is dropped. */
export const pipeLine = (
  pipeline: string,
  line: string,
  stream: LogLabels = {},
  structuredMetadata: LogLabels = {},
  timeUnixNano = 0n,
): PipedLine | undefined => {
  const { stages } = parseLogql(`{a="b"} ${pipeline}`) as LogExpr;
  const labels = new LineLabels();
  labels.reset(stream, structuredMetadata);
  const result = compilePipeline(stages)(line, labels, timeUnixNano);
  return result === undefined
    ? undefined
    : { line: result, parsed: labels.categories().parsed, all: labels.all() };
};
