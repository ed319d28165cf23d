/** Name of the meter of the library's own instruments. */
export const METER_NAME = '@lantern/observability';
