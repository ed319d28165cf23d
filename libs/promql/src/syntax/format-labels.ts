import { goQuote } from '@lantern/go-syntax';
import type { SeriesLabels } from '@lantern/telemetry-model';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Formats labels as Prometheus' messages do, for example `{__name__="up", job="api"}`. */
export const formatLabels = (labels: SeriesLabels): string => {
  const pairs = labels
    .entries()
    .map(([name, value]) => `${PLAIN.test(name) ? name : goQuote(name)}=${goQuote(value)}`);
  return `{${pairs.join(', ')}}`;
};
