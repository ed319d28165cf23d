import type { V3Issues } from '@lantern/query-api/wire';
import { quoted } from '@lantern/query-api/search-query';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { issuesQuery } from '../../api/issues.js';
import { recoveryInterval } from '../../api/query-client.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { visibleText } from '../../shared/visible-text.js';
import type { TimeRange } from '../../time-range/time-range.js';
import { searchPath } from '../search/search-params.js';
import frame from '../../shared/PageFrame.module.css';
import sections from './ServicesPage.module.css';
import classes from './TraceFindings.module.css';

interface TraceFindingsProps {
  readonly service: string;
  readonly range: TimeRange;
}

/** Maximum number of lines. */
const MOST_SHOWN = 12;

/** Findings in the newest traces of the service: where its failures start, and detections, with links to the traces. */
export const TraceFindings = ({ service, range }: TraceFindingsProps) => {
  const { data } = useQuery({ ...issuesQuery(service, range), refetchInterval: recoveryInterval });
  if (data === undefined || data.traces === 0) return undefined;
  const lines = [...originLines(data, service, range), ...issueLines(data, service, range)];
  return (
    <section aria-label="Findings">
      <div className={sections.section}>
        <h2 className={sections.subheading}>Findings</h2>
        <span className={frame.note}>
          {data.isSampled
            ? `newest ${formatCounted(data.traces, 'trace')}`
            : formatCounted(data.traces, 'trace')}
        </span>
      </div>
      {lines.length === 0 ? (
        <p className={sections.none}>No failures and no detections.</p>
      ) : (
        <ul className={classes.list}>
          {lines.slice(0, MOST_SHOWN).map(({ path, text, found }) => (
            <li key={path}>
              <Link to={path}>{visibleText(text)}</Link> <span className={classes.found}>{found}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
};

interface FindingLine {
  readonly path: string;
  readonly text: string;
  readonly found: string;
}

const originLines = ({ origins, failedTraces }: V3Issues, service: string, range: TimeRange): FindingLine[] =>
  origins.map((origin) => ({
    path: searchPath({
      service,
      range,
      query: `origin.service = ${quoted(origin.service)} and origin.name = ${quoted(origin.operation)}`,
    }),
    text: `Failures start in ${origin.service} ${origin.operation}`,
    found: `in ${formatCount(origin.traces)} of ${formatCounted(failedTraces, 'failed trace')}`,
  }));

const issueLines = ({ issues }: V3Issues, service: string, range: TimeRange): FindingLine[] =>
  issues.map((issue) => ({
    path: searchPath({
      service,
      range,
      query: `issue = ${issue.kind} and service = ${quoted(issue.service)} and name = ${quoted(issue.operation)}`,
    }),
    text: `${issue.title} in ${issue.service === service ? '' : `${issue.service} `}${issue.operation}`,
    found: `found in ${formatCount(issue.traces)} of ${formatCounted(issue.ofTraces, 'trace')}`,
  }));
