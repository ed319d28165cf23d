import { readFile } from 'node:fs/promises';
import { readTraceRequestJson, type TraceRequestJson } from '@lantern/otlp/json';
import { all, compare, type FilterCall } from '@lantern/query-api/search-query';
import type { ResourceSpans, TraceId } from '@lantern/telemetry-model';
import { PROFILE_VERSION, RunProfiler, TraceFacts, type RunProfile } from '@lantern/trace-analysis';
import { ClientError, type LanternClient } from './lantern-client.js';
import { rfc3339, windowOf } from './time-window.js';

/** Maximum number of traces of a run that are read. Beyond it the newest are a sample. */
const MAX_TRACES = 2_000;

const PAGE_SIZE = 100;

export interface RunQuestion {
  /** `run=<name>`, `version=<version>`, `<start>/<end>` in RFC 3339, or the path of a stored profile that ends with `.json`. */
  readonly selector: string;
  /** Window until now of runs and versions: `24h`. */
  readonly last: string;
  /** Service whose traces are read; all traces without it. */
  readonly service: string | undefined;
}

/** Traces of a run as a search finds them. */
interface RunSearch {
  readonly conditions: readonly FilterCall[];
  readonly start: string;
  readonly end: string;
}

/**
 * Returns the profile of a run.
 *
 * @throws {ClientError}
 */
export const readRun = async (client: LanternClient, question: RunQuestion): Promise<RunProfile> => {
  const { selector, service } = question;
  if (selector.endsWith('.json')) return readProfile(selector);
  const { conditions, start, end } = searchOf(question);
  const filters = [
    ...conditions,
    ...(service === undefined
      ? []
      : [compare('eq', { field: { level: 'resource', name: 'service' } }, service)]),
  ];
  const profiler = new RunProfiler();
  let count = 0;
  let token: string | undefined;
  do {
    const { result, nextPageToken } = await readPage(client, {
      'query.startTimeMin': start,
      'query.startTimeMax': end,
      'query.searchDepth': String(PAGE_SIZE),
      ...(filters.length > 0 && { 'query.filter': JSON.stringify(all(filters)) }),
      ...(token !== undefined && { 'lantern.pageToken': token }),
    });
    const { resourceSpans } = readTraceRequestJson(result ?? { resourceSpans: [] });
    for (const [traceId, groups] of tracesIn(resourceSpans)) {
      if (count++ < MAX_TRACES) profiler.add(new TraceFacts(traceId, groups));
    }
    token = nextPageToken;
  } while (token !== undefined && count < MAX_TRACES);
  if (count === 0) throw new ClientError(`No trace of ${selector} was found between ${start} and ${end}.`);
  return profiler.profile(selector, token !== undefined);
};

interface TracePage {
  readonly result?: TraceRequestJson;
  readonly nextPageToken?: string;
}

const readPage = async (
  client: LanternClient,
  params: Readonly<Record<string, string>>,
): Promise<TracePage> => {
  try {
    return await client.json<TracePage>('/api/v3/traces', params);
  } catch (error) {
    // Jaeger's message with status 404.
    if (error instanceof ClientError && error.message === 'No traces found') return {};
    throw error;
  }
};

const readProfile = async (path: string): Promise<RunProfile> => {
  let profile: Partial<RunProfile>;
  try {
    profile = JSON.parse(await readFile(path, 'utf8')) as Partial<RunProfile>;
  } catch (error) {
    throw new ClientError(
      `The run ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  if (profile.version !== PROFILE_VERSION || !Array.isArray(profile.operations)) {
    throw new ClientError(`${path} is not a run that "lantern run" stored, or one of another version.`);
  }
  return profile as RunProfile;
};

const searchOf = ({ selector, last }: RunQuestion): RunSearch => {
  const { startUnixNano, endUnixNano } = windowOf(last);
  const window = { start: rfc3339(startUnixNano), end: rfc3339(endUnixNano) };
  const [, key, value] = /^(run|version)=(.+)$/.exec(selector) ?? [];
  if (key !== undefined && value !== undefined) {
    const attribute = key === 'run' ? 'lantern.run' : 'service.version';
    return { conditions: [compare('eq', { attr: { key: attribute, level: 'resource' } }, value)], ...window };
  }
  const [start = '', end = '', ...rest] = selector.split('/');
  if (rest.length > 0 || Number.isNaN(Date.parse(start)) || Number.isNaN(Date.parse(end))) {
    throw new ClientError(
      `"${selector}" is no run. Use run=<name>, version=<version>, <start>/<end> in RFC 3339, or a stored run such as main.json.`,
    );
  }
  return { conditions: [], start: new Date(start).toISOString(), end: new Date(end).toISOString() };
};

const tracesIn = (groups: readonly ResourceSpans[]): Map<TraceId, ResourceSpans[]> => {
  const traces = new Map<TraceId, ResourceSpans[]>();
  for (const group of groups) {
    for (const scope of group.scopeSpans) {
      for (const [traceId, spans] of Map.groupBy(scope.spans, (span) => span.traceId)) {
        const own = traces.get(traceId) ?? [];
        traces.set(traceId, own);
        own.push({ ...group, scopeSpans: [{ ...scope, spans }] });
      }
    }
  }
  return traces;
};
