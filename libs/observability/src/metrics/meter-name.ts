/** Who the library's own instruments belong to. */
export const meterName = '@lantern/observability';
