import { stringAttribute, type SpanEvent } from '@lantern/telemetry-model';
import { FieldTable } from '../../../shared/FieldTable.js';
import { formatTime } from '../../../shared/format/time.js';
import { StackTrace } from '../../../shared/StackTrace.js';
import classes from './EventDetails.module.css';
import { fieldsOf } from './fields.js';
import { Dropped } from './Section.js';

export const EventDetails = ({ event, offset }: { readonly event: SpanEvent; readonly offset: string }) => {
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
