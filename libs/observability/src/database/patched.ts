/** On a method that is traced, known to all copies of the library in this process. */
const tracedMark = Symbol.for('@lantern/observability traced');

/** Marks a method as traced, so that it gets no second span. */
export const markPatched = (method: object): void => {
  Object.defineProperty(method, tracedMark, { value: true });
};

/** Returns whether a method is traced already: by this library, or by an instrumentation of OpenTelemetry. */
export const isPatched = (method: object): boolean =>
  tracedMark in method || (method as { __wrapped?: unknown }).__wrapped === true;
