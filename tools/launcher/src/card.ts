import type { DemoOrder } from './demo.js';
import type { SystemUrls } from './system.js';

export interface CardContent {
  readonly urls: SystemUrls;
  /** Empty when no demo orders were sent. */
  readonly orders: readonly DemoOrder[];
  readonly logDir: string;
}

/** What a new user needs next, as text of one screen. */
export const renderCard = ({ urls, orders, logDir }: CardContent): string => {
  const demo = orders.map(
    ({ product, status, traceId }) =>
      `  ${`${product}, ${status}`.padEnd(19)} ${urls.jaeger}/trace/${traceId}`,
  );
  return [
    '',
    '  Lantern is lit.',
    '',
    `  Traces and logs     ${urls.jaeger}`,
    `  The shop            ${urls.gateway}/docs`,
    `  OTLP over HTTP      ${urls.otlp}`,
    `  Loki API            ${urls.loki}`,
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
