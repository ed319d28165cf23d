import { serviceColor } from './service-color.js';
import { visibleText } from './visible-text.js';
import classes from './ServiceName.module.css';

interface ServiceNameProps {
  readonly name: string;
  /** Shown after the name, for example the number of its spans. */
  readonly children?: React.ReactNode;
}

/** Name of a service, marked with its color. */
export const ServiceName = ({ name, children }: ServiceNameProps) => (
  <span className={classes.service} style={{ '--service': serviceColor(name) }}>
    <span className={classes.dot} aria-hidden />
    <bdi className={classes.name} title={visibleText(name)}>
      {visibleText(name)}
    </bdi>
    {children}
  </span>
);
