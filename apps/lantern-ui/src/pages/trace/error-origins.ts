import { hasError, stringAttribute, type TraceNode, type TraceTree } from '@lantern/telemetry-model';
import { httpStatusOf } from './span-badges.js';

/** A span at which an error began, as far as the trace tells. */
export interface ErrorOrigin {
  readonly node: TraceNode;
  /** Empty when the sender gave none. */
  readonly message: string;
}

/** Failed spans below which nothing failed: the spans above them mostly report on. The earliest end first. */
export const errorOrigins = (tree: TraceTree): ErrorOrigin[] =>
  tree.nodes
    .filter((node) => hasError(node.span) && node.errorsBelow === 0)
    .sort(({ span: a }, { span: b }) =>
      a.endUnixNano < b.endUnixNano ? -1 : a.endUnixNano > b.endUnixNano ? 1 : 0,
    )
    .map((node) => ({ node, message: errorMessageOf(node) }));

/** The status message, else what the last exception says, else the HTTP status. */
export const errorMessageOf = ({ span }: Pick<TraceNode, 'span'>): string => {
  if (span.status.message !== '') return span.status.message;
  const exception = span.events.findLast(({ name }) => name === 'exception')?.attributes ?? [];
  const status = httpStatusOf(span);
  return (
    stringAttribute(exception, 'exception.message') ??
    stringAttribute(exception, 'exception.type') ??
    (status === undefined ? '' : `HTTP status ${status}`)
  );
};
