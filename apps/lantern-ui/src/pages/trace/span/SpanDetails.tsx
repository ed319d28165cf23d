import { hasError, serviceOf } from '@lantern/telemetry-model';
import { genAiCallOf } from '@lantern/trace-analysis';
import { IconAlertCircleFilled, IconAlertTriangle } from '@tabler/icons-react';
import type { LogLine } from '../../../api/log-line.js';
import { errorMessageOf } from '../../../api/trace/error-message.js';
import type { TraceOverview } from '../../../api/trace/trace-api.js';
import type { SpanDetail } from '../../../api/trace/trace-queries.js';
import { FieldTable } from '../../../shared/FieldTable.js';
import { formatOffset } from '../../../shared/format/duration.js';
import { EventDetails } from './EventDetails.js';
import { fieldsOf } from './fields.js';
import { LinkedSpan } from './LinkedSpan.js';
import { ModelCall } from './ModelCall.js';
import { RawJson } from './RawJson.js';
import { AttributeSection, Dropped, Section } from './Section.js';
import { ownAttributes, spanWarnings } from './span-warnings.js';
import classes from './SpanDetails.module.css';
import { SpanFacts } from './SpanFacts.js';
import { SpanLogs } from './SpanLogs.js';

interface SpanDetailsProps {
  readonly trace: TraceOverview;
  readonly row: number;
  readonly detail: SpanDetail;
  /** Log lines of this span. */
  readonly logs: readonly LogLine[];
  readonly openLine: string | undefined;
  readonly onOpen: (row: number) => void;
}

/** All data of one span. */
export const SpanDetails = ({ trace, row, detail, logs, openLine, onOpen }: SpanDetailsProps) => {
  const { span, resource, scope, json } = detail;
  const { table } = trace;
  const call = genAiCallOf(span);
  const offsetOf = (time: bigint) => formatOffset(time - table.startUnixNano);
  return (
    <section className={classes.details} aria-label={`${serviceOf(table, row)} ${span.name}`}>
      <SpanFacts trace={trace} row={row} span={span} onOpen={onOpen} />
      {hasError(span) && (
        <p className={classes.callout} data-tone="error">
          <IconAlertCircleFilled size={15} aria-hidden />
          <span>{messageOf(detail) || 'The span has status error and no message.'}</span>
        </p>
      )}
      {spanWarnings(span).map((warning, i) => (
        <p key={i} className={classes.callout} data-tone="warn">
          <IconAlertTriangle size={15} stroke={1.75} aria-hidden />
          <span>{warning}</span>
        </p>
      ))}
      {call !== undefined && <ModelCall call={call} />}
      <AttributeSection
        title="Attributes"
        attributes={ownAttributes(span)}
        dropped={span.droppedAttributesCount}
        isOpen
      />
      {(span.events.length > 0 || span.droppedEventsCount > 0) && (
        <Section title="Events" count={span.events.length} isOpen>
          {span.events.map((event, i) => (
            <EventDetails key={i} event={event} offset={offsetOf(event.timeUnixNano)} />
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
      <AttributeSection
        title="Resource"
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
      <Section title="JSON" isOpen={false}>
        <RawJson json={json} />
      </Section>
    </section>
  );
};

const messageOf = ({ json }: SpanDetail): string => {
  const span = json.resourceSpans[0]?.scopeSpans[0]?.spans[0];
  return span === undefined ? '' : errorMessageOf(span);
};
