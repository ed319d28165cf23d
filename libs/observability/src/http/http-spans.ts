let isOn = true;

/** Whether this library makes the spans of HTTP requests and calls, rather than another tracer. */
export const makesHttpSpans = (): boolean => isOn;

/** Valid for the whole process. */
export const setHttpSpans = (value: boolean): void => {
  isOn = value;
};
