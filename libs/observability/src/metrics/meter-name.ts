/** Who the library's own instruments belong to. */
export const METER_NAME = '@lantern/observability';
