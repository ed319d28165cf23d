import type { SpanLink } from '@lantern/telemetry-model';
import { Link } from 'react-router';
import { FieldTable } from '../../../shared/FieldTable.js';
import classes from './EventDetails.module.css';
import { fieldsOf } from './fields.js';
import { Dropped } from './Section.js';

export const LinkedSpan = ({ link }: { readonly link: SpanLink }) => (
  <div className={classes.event}>
    <p className={classes.eventName}>
      <Link to={`/trace/${link.traceId}?uiFind=${link.spanId}`}>span {link.spanId}</Link>
      <span className={classes.faint}>of trace {link.traceId.slice(0, 8)}…</span>
    </p>
    {link.attributes.length > 0 && <FieldTable label="Link" fields={fieldsOf(link.attributes)} />}
    <Dropped count={link.droppedAttributesCount} what="attribute" />
  </div>
);
