import type { Fault } from '../../shared/query-editor/marked-fault.js';

/** Returns the position of a syntax error from a message of Prometheus, such as `1:5: parse error: …`. */
export const promqlFaultIn = (message: string | undefined): Fault | undefined => {
  const [, line, column] = /(?:^|[ ])(\d+):(\d+): parse error/.exec(message ?? '') ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
};
