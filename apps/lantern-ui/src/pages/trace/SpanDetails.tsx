import {
  at,
  attributeText,
  durationNano,
  hasError,
  operationOf,
  selfIntervals,
  StatusCode,
  stringAttribute,
  type Attributes,
  type Resource,
  type Span,
  type SpanEvent,
  type SpanId,
  type SpanLink,
} from '@lantern/telemetry-model';
import { IconAlertCircleFilled, IconAlertTriangle, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { errorMessageOf } from '../../api/trace/error-message.js';
import type { TraceOverview } from '../../api/trace/trace-api.js';
import type { SpanDetail } from '../../api/trace/trace-queries.js';
import type { LogLine } from '../../api/log-line.js';
import { CopyButton } from '../../shared/CopyButton.js';
import { formatCount, formatCounted, formatShare } from '../../shared/format/count.js';
import { formatDuration, formatNanos, formatOffset } from '../../shared/format/duration.js';
import { formatTime } from '../../shared/format/time.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { spanKindName } from '../../shared/span-kind.js';
import { FieldTable } from '../../shared/FieldTable.js';
import { LogItem } from './LogList.js';
import classes from './SpanDetails.module.css';
import { StackTrace } from '../../shared/StackTrace.js';
import { ownAttributes, spanWarnings } from './span-warnings.js';

interface SpanDetailsProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly detail: SpanDetail;
  /** Those that were written in this span. */
  readonly logs: readonly LogLine[];
  readonly openLine: string | undefined;
  readonly onOpen: (row: number) => void;
}

/** Everything that is known of one span. */
export const SpanDetails = ({ trace, row, detail, logs, openLine, onOpen }: SpanDetailsProps) => {
  const { span, resource, scope, json } = detail;
  const { table } = trace;
  const service = table.services[at(table.service, row)] ?? '';
  const attributes = ownAttributes(span);
  const offsetOf = (time: bigint) => formatOffset(time - table.startUnixNano);
  const critical = at(trace.critical, row);
  return (
    <section className={classes.details} aria-label={`${service} ${span.name}`}>
      <header className={classes.header}>
        <ServiceName name={service} />
        <h2 className={classes.name}>
          <bdi>{span.name}</bdi>
        </h2>
        <dl className={classes.facts}>
          <Fact label="Duration">{durationText(span)}</Fact>
          <Fact label="Self time">{formatNanos(selfNano(trace, row))}</Fact>
          <Fact label="Start">
            <span title={formatTime(span.startUnixNano)}>{offsetOf(span.startUnixNano)}</span>
          </Fact>
          <Fact label="Critical path">
            {critical === 0
              ? 'not on it'
              : `${formatNanos(critical)}, ${shareText(critical, table.duration)}`}
          </Fact>
          <Fact label="Kind">{spanKindName(span.kind)}</Fact>
          <Fact label="Status">
            <span className={classes.status} data-error={hasError(span)}>
              {STATUS_NAMES[span.status.code]}
            </span>
          </Fact>
          <Fact label="Span ID" isWide>
            <code>{span.spanId}</code>
            <CopyButton value={span.spanId} what="span ID" />
          </Fact>
          {span.parentSpanId !== undefined && (
            <Fact label="Parent" isWide>
              <Parent trace={trace} row={row} parentSpanId={span.parentSpanId} onOpen={onOpen} />
            </Fact>
          )}
        </dl>
        <span className={classes.link}>
          Link to this span <CopyButton value={linkTo(span.spanId)} what="link to this span" />
        </span>
      </header>
      {hasError(span) && (
        <p className={classes.callout} data-tone="error">
          <IconAlertCircleFilled size={15} aria-hidden />
          <span>{messageOf(detail) || 'The span ended in an error and says no more.'}</span>
        </p>
      )}
      {spanWarnings(span).map((warning) => (
        <p key={warning} className={classes.callout} data-tone="warn">
          <IconAlertTriangle size={15} stroke={1.75} aria-hidden />
          <span>{warning}</span>
        </p>
      ))}
      <AttributeSection
        title="Attributes"
        attributes={attributes}
        dropped={span.droppedAttributesCount}
        isOpen
      />
      {(span.events.length > 0 || span.droppedEventsCount > 0) && (
        <Section title="Events" count={span.events.length} isOpen>
          {span.events.map((event, i) => (
            <Event key={i} event={event} offset={offsetOf(event.timeUnixNano)} />
          ))}
          <Dropped count={span.droppedEventsCount} what="event" />
        </Section>
      )}
      {logs.length > 0 && (
        <Section title="Logs" count={logs.length} isOpen>
          <SpanLogs key={openLine} logs={logs} openLine={openLine} startUnixNano={table.startUnixNano} />
        </Section>
      )}
      {(span.links.length > 0 || span.droppedLinksCount > 0) && (
        <Section title="Links" count={span.links.length} isOpen>
          {span.links.map((link, i) => (
            <LinkedSpan key={i} link={link} />
          ))}
          <Dropped count={span.droppedLinksCount} what="link" />
        </Section>
      )}
      <ResourceSection resource={resource} />
      {(scope.name !== '' || scope.attributes.length > 0) && (
        <Section title="Scope" isOpen={false}>
          <FieldTable
            label="Scope"
            fields={[
              ['name', scope.name],
              ...(scope.version === '' ? [] : [['version', scope.version] as const]),
              ...fieldsOf(scope.attributes),
            ]}
          />
        </Section>
      )}
      <Section title="JSON" isOpen={false}>
        <RawJson json={json} />
      </Section>
    </section>
  );
};

const ResourceSection = ({ resource }: { readonly resource: Resource }) => (
  <AttributeSection
    title="Resource"
    attributes={resource.attributes}
    dropped={resource.droppedAttributesCount}
    isOpen={false}
  />
);

/** More than this is cut: whoever wants it all copies it. */
const MOST_JSON = 20_000;

const RawJson = ({ json }: Pick<SpanDetail, 'json'>) => {
  const text = JSON.stringify(json, null, 2);
  return (
    <div className={classes.json}>
      <pre tabIndex={0} aria-label="OTLP/JSON of the span">
        {text.length > MOST_JSON ? `${text.slice(0, MOST_JSON)}\n…` : text}
      </pre>
      <CopyButton value={text} what="OTLP/JSON of the span" />
    </div>
  );
};

const STATUS_NAMES: Readonly<Record<StatusCode, string>> = {
  [StatusCode.unset]: 'unset',
  [StatusCode.ok]: 'OK',
  [StatusCode.error]: 'error',
};

interface FactProps {
  readonly label: string;
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

const Fact = ({ label, isWide = false, children }: FactProps) => (
  <div className={classes.fact} data-wide={isWide}>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
);

interface ParentProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly parentSpanId: SpanId;
  readonly onOpen: (row: number) => void;
}

const Parent = ({ trace: { table }, row, parentSpanId, onOpen }: ParentProps) => {
  const parent = at(table.parent, row);
  return parent === -1 ? (
    <>
      <code>{parentSpanId}</code>{' '}
      <span className={classes.faint}>
        {at(table.isOrphan, row) === 1 ? 'not arrived' : 'left out: it closes a circle'}
      </span>
    </>
  ) : (
    <button type="button" className={classes.open} onClick={() => onOpen(parent)}>
      <bdi>{operationOf(table, parent)}</bdi>
    </button>
  );
};

interface SectionProps {
  readonly title: string;
  readonly count?: number;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}

const Section = ({ title, count, isOpen, children }: SectionProps) => (
  <details className={classes.section} open={isOpen}>
    <summary className={classes.title}>
      <IconChevronRight size={13} className={classes.chevron} aria-hidden />
      <h3>{title}</h3>
      {count !== undefined && <span className={classes.count}>{formatCount(count)}</span>}
    </summary>
    <div className={classes.content}>{children}</div>
  </details>
);

interface AttributeSectionProps {
  readonly title: string;
  readonly attributes: Attributes;
  readonly dropped: number;
  readonly isOpen: boolean;
}

const AttributeSection = ({ title, attributes, dropped, isOpen }: AttributeSectionProps) =>
  attributes.length === 0 && dropped === 0 ? undefined : (
    <Section title={title} count={attributes.length} isOpen={isOpen}>
      <FieldTable label={title} fields={fieldsOf(attributes)} />
      <Dropped count={dropped} what="attribute" />
    </Section>
  );

/** OTLP counts what a sender left out; a reader should know that something is missing. */
const Dropped = ({ count, what }: { readonly count: number; readonly what: string }) =>
  count > 0 && <p className={classes.dropped}>The sender dropped {formatCounted(count, what)} more.</p>;

const Event = ({ event, offset }: { readonly event: SpanEvent; readonly offset: string }) => {
  const stack = stringAttribute(event.attributes, 'exception.stacktrace');
  const rest = event.attributes.filter(({ key }) => key !== 'exception.stacktrace');
  return (
    <div className={classes.event} data-exception={event.name === 'exception'}>
      <p className={classes.eventName}>
        <span className={classes.faint} title={formatTime(event.timeUnixNano)}>
          {offset}
        </span>
        <strong>{event.name === '' ? 'unnamed event' : event.name}</strong>
      </p>
      {rest.length > 0 && <FieldTable label={event.name} fields={fieldsOf(rest)} />}
      {stack !== undefined && <StackTrace text={stack} />}
      <Dropped count={event.droppedAttributesCount} what="attribute" />
    </div>
  );
};

const LinkedSpan = ({ link }: { readonly link: SpanLink }) => (
  <div className={classes.event}>
    <p className={classes.eventName}>
      <Link to={`/trace/${link.traceId}?uiFind=${link.spanId}`} className={classes.open}>
        span {link.spanId}
      </Link>
      <span className={classes.faint}>of trace {link.traceId.slice(0, 8)}…</span>
    </p>
    {link.attributes.length > 0 && <FieldTable label="Link" fields={fieldsOf(link.attributes)} />}
    <Dropped count={link.droppedAttributesCount} what="attribute" />
  </div>
);

interface SpanLogsProps {
  readonly logs: readonly LogLine[];
  readonly openLine: string | undefined;
  readonly startUnixNano: bigint;
}

const SpanLogs = ({ logs, openLine, startUnixNano }: SpanLogsProps) => {
  const [open, setOpen] = useState(openLine);
  return (
    <div className={classes.logs}>
      {logs.slice(0, MOST_LOGS).map((line) => (
        <LogItem
          key={line.key}
          line={line}
          startUnixNano={startUnixNano}
          isOpen={open === line.key}
          onToggle={() => setOpen(open === line.key ? undefined : line.key)}
        />
      ))}
      {logs.length > MOST_LOGS && (
        <p className={classes.dropped}>
          {formatCounted(logs.length - MOST_LOGS, 'line')} more stand in the logs of the trace.
        </p>
      )}
    </div>
  );
};

/** The list of the whole trace shows any number of lines; here they would push everything else away. */
const MOST_LOGS = 50;

const fieldsOf = (attributes: Attributes): (readonly [string, string])[] =>
  attributes.map(({ key, value }) => [key, attributeText(value)] as const);

const selfNano = ({ table }: TraceOverview, row: number): number =>
  selfIntervals(table, row).reduce((sum, { from, to }) => sum + to - from, 0);

const shareText = (part: number, whole: number): string =>
  formatShare(BigInt(Math.round(part)), BigInt(Math.round(whole)));

const durationText = (span: Span): string => {
  const duration = durationNano(span);
  return duration < 0n ? `${formatDuration(duration)}, ends before it starts` : formatDuration(duration);
};

const messageOf = ({ json }: SpanDetail): string => {
  const span = json.resourceSpans[0]?.scopeSpans[0]?.spans[0];
  return span === undefined ? '' : errorMessageOf(span);
};

const linkTo = (spanId: SpanId): string => {
  const url = new URL(location.href);
  url.search = new URLSearchParams({ uiFind: spanId }).toString();
  return url.href;
};
