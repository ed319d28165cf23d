type Labels = Readonly<Record<string, string>>;

/** Returns a series as PromQL writes it, such as `up{job="shop"}`. Undefined for a series without labels. */
export const seriesName = ({ __name__: metric = '', ...labels }: Labels): string | undefined => {
  const texts = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  if (texts.length === 0) return metric === '' ? undefined : metric;
  return `${metric}{${texts.join(', ')}}`;
};

/** Labels that may name a service, in order of precedence. `job` may be `namespace/service` or a scrape job. */
const SERVICE_LABELS = ['service', 'service_name', 'exported_job', 'job'];

/** Returns the service of a series, if it is one of those that send spans. */
export const serviceOfSeries = (labels: Labels, services: readonly string[]): string | undefined =>
  SERVICE_LABELS.map((label) => labels[label]?.split('/').at(-1) ?? '').find((name) =>
    services.includes(name),
  );
