import { attributeText, type Attributes, type TraceNode, type TraceTree } from '@lantern/telemetry-model';

/**
 * The nodes that contain the text, whatever its case, in reading order: in the name of the service or operation, in an
 * id, the status message, a key or value of an attribute (`key=value` too), or in an event.
 */
export const findInTrace = (tree: TraceTree, text: string): TraceNode[] => {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? [] : tree.nodes.filter((node) => contains(node, wanted));
};

const contains = ({ service, span, resource }: TraceNode, wanted: string): boolean => {
  const has = (candidate: string) => candidate.toLowerCase().includes(wanted);
  const hasAttribute = (attributes: Attributes) =>
    attributes.some(({ key, value }) => has(`${key}=${attributeText(value)}`));
  return (
    has(service) ||
    has(span.name) ||
    has(`${service} ${span.name}`) ||
    has(span.spanId) ||
    has(span.status.message) ||
    hasAttribute(span.attributes) ||
    span.events.some((event) => has(event.name) || hasAttribute(event.attributes)) ||
    hasAttribute(resource.attributes)
  );
};
