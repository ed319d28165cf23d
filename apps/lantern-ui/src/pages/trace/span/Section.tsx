import type { Attributes } from '@lantern/telemetry-model';
import { IconChevronRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { FieldTable } from '../../../shared/FieldTable.js';
import { formatCount, formatCounted } from '../../../shared/format/count.js';
import { fieldsOf } from './fields.js';
import classes from './Section.module.css';

interface SectionProps {
  readonly title: string;
  readonly count?: number;
  readonly isOpen: boolean;
  readonly children: ReactNode;
}

/** Collapsible section. */
export const Section = ({ title, count, isOpen, children }: SectionProps) => (
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

/** Attributes of a span, resource or scope. Not rendered if there are none. */
export const AttributeSection = ({ title, attributes, dropped, isOpen }: AttributeSectionProps) =>
  attributes.length === 0 && dropped === 0 ? undefined : (
    <Section title={title} count={attributes.length} isOpen={isOpen}>
      <FieldTable label={title} fields={fieldsOf(attributes)} />
      <Dropped count={dropped} what="attribute" />
    </Section>
  );

/** Note on data that the SDK dropped. OTLP carries only the number. */
export const Dropped = ({ count, what }: { readonly count: number; readonly what: string }) =>
  count > 0 && <p className={classes.dropped}>The SDK dropped {formatCounted(count, `more ${what}`)}.</p>;
