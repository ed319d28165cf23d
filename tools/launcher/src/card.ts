import type { DemoOrder } from './demo.js';
import type { SystemUrls } from './system.js';

export interface CardContent {
  readonly urls: SystemUrls;
  /** Demo orders that were sent; may be empty. */
  readonly orders: readonly DemoOrder[];
  readonly logDir: string;
}

/** Renders the first steps of a new user, on one screen. */
export const renderCard = ({ urls, orders, logDir }: CardContent): string => {
  const demo = orders.map(
    ({ product, status, traceId }) =>
      `  ${`${product}, ${status}`.padEnd(19)} ${urls.jaeger}/trace/${traceId}`,
  );
  return [
    '',
    '  Lantern is ready.',
    '',
    `  Traces and logs     ${urls.jaeger}`,
    `  The shop            ${urls.gateway}/docs`,
    `  OTLP over HTTP      ${urls.otlp}`,
    `  Loki API            ${urls.loki}`,
    `  Prometheus API      ${urls.prometheus}`,
    `  Output of services  ${logDir}`,
    '',
    ...(demo.length > 0 ? ['  Two orders were sent. Their traces:', ...demo, ''] : []),
    '  Try one yourself:',
    '',
    `  curl -X POST ${urls.gateway}/orders \\`,
    `    -H 'Content-Type: application/json' \\`,
    `    -d '{"user_id": "1", "product": "slow_product", "quantity": 1}'`,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
};
