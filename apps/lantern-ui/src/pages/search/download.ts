import { getJson } from '../../api/http.js';
import { saveFile } from '../../shared/save-file.js';

/** Maximum number of trace IDs per request; more would exceed common URL length limits. */
const BATCH = 50;

/**
 * Fetches traces as legacy Jaeger JSON, which Lantern, Jaeger and Grafana open.
 *
 * @throws {ApiError}
 */
export const fetchTraces = async (traceIds: readonly string[]): Promise<{ data: unknown[] }> => {
  const data: unknown[] = [];
  for (let at = 0; at < traceIds.length; at += BATCH) {
    const params = traceIds.slice(at, at + BATCH).map((id) => ['traceID', id]);
    const answer = await getJson({ path: `/api/traces?${new URLSearchParams(params).toString()}` });
    data.push(...((answer as { data?: unknown[] | null }).data ?? []));
  }
  return { data };
};

/** Saves JSON as a file through a browser download. */
export const saveJson = (name: string, content: unknown): void =>
  saveFile(name, 'application/json', JSON.stringify(content));
