import { MAX_NAME_LENGTH, boundedName } from '@lantern/telemetry-model';

/**
 * Returns the label name for a key: `http.status code` is `http_status_code`, `2xx` is `_2xx`. Names beyond the maximum
 * length are truncated, see `boundedName`.
 */
export const labelNameOf = (key: string): string => {
  const trimmed = boundedName(key.trim());
  const name = trimmed.replace(/[^a-zA-Z0-9_]/gu, '_');
  return /^\d/.test(name) ? `_${name}` : name;
};

/** @see https://prometheus.io/docs/concepts/data_model/ */
export const isLabelName = (name: string): boolean => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);

/** Cache of the label names of a stage's keys: most lines have the same few keys. */
export class LabelNames {
  private readonly names = new Map<string, string>();

  of(key: string): string {
    if (key.length > MAX_NAME_LENGTH) return labelNameOf(key);
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const name = labelNameOf(key);
    // Lines may have IDs as keys, which are not cached.
    if (this.names.size < 1_000) this.names.set(key, name);
    return name;
  }
}
