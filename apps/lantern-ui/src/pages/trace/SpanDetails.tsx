import {
  attributeText,
  durationNano,
  hasError,
  selfIntervals,
  SpanKind,
  StatusCode,
  stringAttribute,
  type Attributes,
  type SpanEvent,
  type SpanId,
  type SpanLink,
  type TraceNode,
  type TraceTree,
} from '@lantern/telemetry-model';
import { IconAlertCircleFilled, IconAlertTriangle, IconChevronRight } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import type { LogLine } from '../../api/log-line.js';
import { CopyButton } from '../../shared/CopyButton.js';
import { formatCount, formatCounted } from '../../shared/format/count.js';
import { formatDuration, formatOffset } from '../../shared/format/duration.js';
import { formatTime } from '../../shared/format/time.js';
import { ServiceName } from '../../shared/ServiceName.js';
import { errorMessageOf } from './error-origins.js';
import { FieldTable } from '../../shared/FieldTable.js';
import { LogItem } from './LogList.js';
import classes from './SpanDetails.module.css';
import { StackTrace } from '../../shared/StackTrace.js';
import { ownAttributes, spanWarnings } from './span-warnings.js';

interface SpanDetailsProps {
  readonly tree: TraceTree;
  readonly node: TraceNode;
  /** Those that were written in this span. */
  readonly logs: readonly LogLine[];
  readonly onOpenSpan: (spanId: SpanId) => void;
}

/** Everything that is known of one span. */
export const SpanDetails = ({ tree, node, logs, onOpenSpan }: SpanDetailsProps) => {
  const { span, resource, scope } = node;
  const attributes = ownAttributes(span);
  const offsetOf = (time: bigint) => formatOffset(time - tree.startUnixNano);
  return (
    <section className={classes.details} aria-label={`${node.service} ${span.name}`}>
      <header className={classes.header}>
        <ServiceName name={node.service} />
        <h2 className={classes.name}>
          <bdi>{span.name}</bdi>
        </h2>
        <dl className={classes.facts}>
          <Fact label="Duration">{durationText(node)}</Fact>
          <Fact label="Self time">{formatDuration(selfNano(node))}</Fact>
          <Fact label="Start">
            <span title={formatTime(span.startUnixNano)}>{offsetOf(span.startUnixNano)}</span>
          </Fact>
          <Fact label="Kind">{KIND_NAMES[span.kind]}</Fact>
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
              <Parent node={node} parentSpanId={span.parentSpanId} onOpenSpan={onOpenSpan} />
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
          <span>{errorMessageOf(node) || 'The span ended in an error and says no more.'}</span>
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
          <SpanLogs logs={logs} startUnixNano={tree.startUnixNano} />
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
      <AttributeSection
        title="Process"
        attributes={resource.attributes}
        dropped={resource.droppedAttributesCount}
        isOpen={false}
      />
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
    </section>
  );
};

/** What an attribute calls itself in the specification. @see https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
const KIND_NAMES: Readonly<Record<SpanKind, string>> = {
  [SpanKind.unspecified]: 'unspecified',
  [SpanKind.internal]: 'internal',
  [SpanKind.server]: 'server',
  [SpanKind.client]: 'client',
  [SpanKind.producer]: 'producer',
  [SpanKind.consumer]: 'consumer',
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
  readonly node: TraceNode;
  readonly parentSpanId: SpanId;
  readonly onOpenSpan: (spanId: SpanId) => void;
}

const Parent = ({ node, parentSpanId, onOpenSpan }: ParentProps) =>
  node.parent === undefined ? (
    <>
      <code>{parentSpanId}</code> <span className={classes.faint}>not arrived</span>
    </>
  ) : (
    <button type="button" className={classes.open} onClick={() => onOpenSpan(parentSpanId)}>
      {node.parent.span.name}
    </button>
  );

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

const SpanLogs = ({
  logs,
  startUnixNano,
}: {
  readonly logs: readonly LogLine[];
  readonly startUnixNano: bigint;
}) => {
  const [open, setOpen] = useState<string>();
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

const selfNano = (node: TraceNode): bigint =>
  selfIntervals(node).reduce((sum, { startUnixNano, endUnixNano }) => sum + endUnixNano - startUnixNano, 0n);

const durationText = ({ span }: TraceNode): string => {
  const duration = durationNano(span);
  return duration < 0n ? `${formatDuration(duration)}, ends before it starts` : formatDuration(duration);
};

const linkTo = (spanId: SpanId): string => {
  const url = new URL(location.href);
  url.search = new URLSearchParams({ uiFind: spanId }).toString();
  return url.href;
};
