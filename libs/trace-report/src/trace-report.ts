import { formatTraceRequestJson } from '@lantern/otlp/json';
import {
  at,
  buildCallTree,
  diffCallTrees,
  formatNanos,
  selfTimes,
  timeTaken,
  type CallTree,
  type ResourceSpans,
  type TraceId,
  type UnixNano,
} from '@lantern/telemetry-model';
import { DETECTION_KINDS, TraceFacts, detect, maskText, originOfFailure } from '@lantern/trace-analysis';
import { maskedFields, maskedResourceSpans } from './masked.js';
import {
  DATA_ELEMENT,
  DATA_VERSION,
  type ReportData,
  type ReportLine,
  type ReportTrace,
} from './report-data.js';
import { readLine } from './read-line.js';
import { VIEWER_SCRIPT, VIEWER_SCRIPT_HASH, VIEWER_STYLE, VIEWER_STYLE_HASH } from './viewer-program.js';

export interface ReportedTrace {
  readonly traceId: TraceId;
  readonly resourceSpans: readonly ResourceSpans[];
  /** Log lines of the trace, oldest first. */
  readonly lines?: readonly ReportedLine[];
  /** Whether the trace has more lines. */
  readonly areLinesCut?: boolean;
}

export interface ReportedLine {
  readonly timeUnixNano: UnixNano;
  readonly line: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Structured metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ReportOptions {
  /** Title of the page; the first operation of the first trace without it. */
  readonly title?: string;
  /** Paragraphs above the traces, such as the message of a failed assertion. Their line breaks are kept. */
  readonly notes?: readonly string[];
  /** Whether the second trace is compared with the first, call by call. */
  readonly isComparison?: boolean;
  /** Whether what users and models wrote in calls of generative models is masked. */
  readonly hidesMessages?: boolean;
  /** Time of creation; now without it. */
  readonly createdAt?: Date;
}

/**
 * Returns a page of HTML with the traces, which a browser shows without a server: waterfall, details of each span, log
 * lines, detections and, if asked for, a comparison. Secrets in it are masked.
 *
 * Names, attributes and lines may be hostile. They are in the page only as JSON in an element that is not executed, and the
 * page's policy allows no script and no style but its own, no request, no frame and no form.
 */
export const traceReport = (traces: readonly ReportedTrace[], options: ReportOptions = {}): string => {
  const facts = traces.map(({ traceId, resourceSpans }) => new TraceFacts(traceId, resourceSpans));
  const [a, b] = facts;
  const data: ReportData = {
    version: DATA_VERSION,
    title: maskText(options.title ?? titleOf(a)),
    createdAt: (options.createdAt ?? new Date()).toISOString(),
    notes: (options.notes ?? []).map(maskText),
    traces: facts.map((each, i) => reportTraceOf(each, traces[i], options.hidesMessages === true)),
    ...(options.isComparison === true &&
      a !== undefined &&
      b !== undefined && { comparison: maskedComparison(a, b) }),
  };
  return pageOf(data);
};

const titleOf = (facts: TraceFacts | undefined): string =>
  facts === undefined || facts.table.length === 0
    ? 'Traces'
    : `${facts.service(0)} ${facts.operation(0)}, ${formatNanos(facts.table.duration)}`;

const reportTraceOf = (
  facts: TraceFacts,
  trace: ReportedTrace | undefined,
  hidesMessages: boolean,
): ReportTrace => {
  const { table, traceId } = facts;
  const { resourceSpans = [], lines = [], areLinesCut = false } = trace ?? {};
  return {
    traceId,
    resourceSpans: formatTraceRequestJson(maskedResourceSpans(resourceSpans, hidesMessages)).resourceSpans,
    lines: lines.map(reportLineOf),
    areLinesCut,
    rows: {
      startUnixNano: String(table.startUnixNano),
      duration: table.duration,
      errorCount: table.errorCount,
      services: table.services.map(maskText),
      source: [...table.source],
      depth: [...table.depth],
      size: [...table.subtreeSize],
      service: [...table.service],
      start: [...table.start],
      end: [...table.end],
      critical: Array.from(facts.path.row, (row, i) => [row, at(facts.path.from, i), at(facts.path.to, i)]),
    },
    // Detectors read the spans before they are masked: a secret is one of the things that they find.
    detections: detect(facts).map(({ kind, share, rows, text }) => {
      const { title, subject, advice } = DETECTION_KINDS[kind];
      return { title, subject, share, text: maskText(text), advice, rows };
    }),
    summary: summaryOf(facts),
  };
};

const summaryOf = (facts: TraceFacts): string[] => {
  const { table, path } = facts;
  const origin = originOfFailure(facts);
  const [most] = timeTaken(table, path);
  const failed = origin && `${facts.service(origin.row)} ${facts.operation(origin.row)}`;
  return [
    ...(origin === undefined
      ? []
      : [`Failed first in ${failed}${origin.message === '' ? '' : `: ${origin.message.slice(0, 500)}`}`]),
    ...(most === undefined
      ? []
      : [
          `${most.service} took ${formatNanos(most.nano)} of ${formatNanos(table.duration)}, ` +
            `most of it in ${most.operation} (${formatNanos(most.operationNano)})`,
        ]),
  ].map(maskText);
};

const reportLineOf = ({ timeUnixNano, line, labels, metadata = {} }: ReportedLine): ReportLine => {
  const masked = { line: maskText(line), labels: maskedFields(labels), metadata: maskedFields(metadata) };
  return { timeUnixNano: String(timeUnixNano), ...readLine(masked), ...masked };
};

const maskedComparison = (a: TraceFacts, b: TraceFacts): ReportData['comparison'] =>
  diffCallTrees([callsOf(a)], [callsOf(b)]).map((difference) => ({
    ...difference,
    service: maskText(difference.service),
    operation: maskText(difference.operation),
  }));

const callsOf = ({ table, critical }: TraceFacts): CallTree =>
  buildCallTree(table, { self: selfTimes(table), critical });

/**
 * Returns JSON that no parser of HTML or JavaScript takes for anything else.
 *
 * @see https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
 */
const inertJson = (data: unknown): string =>
  JSON.stringify(data).replaceAll(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? '');

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

const htmlText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** @see https://www.w3.org/TR/CSP3/#meta-element */
const POLICY = [
  "default-src 'none'",
  `script-src '${VIEWER_SCRIPT_HASH}'`,
  `style-src '${VIEWER_STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const pageOf = (data: ReportData): string =>
  [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="content-security-policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${htmlText(data.title)} · Lantern</title>`,
    `<style>${VIEWER_STYLE}</style>`,
    '</head>',
    '<body>',
    '<noscript>This report is drawn by JavaScript, which this browser does not run.</noscript>',
    '<main id="report"></main>',
    `<script type="application/json" id="${DATA_ELEMENT}">${inertJson(data)}</script>`,
    `<script>${VIEWER_SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
