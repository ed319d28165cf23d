import { type Meter, type MetricOptions, diag, metrics } from '@opentelemetry/api';
import { MetricService } from '../nestjs-otel.js';
import { METER_NAME } from './meter-name.js';

type Options = MetricOptions & { prefix?: string };

/**
 * MetricService of nestjs-otel, which keeps instruments by name alone: a histogram under the name of a counter would be
 * that counter, and its `record()` a TypeError in the application. This class creates the requested kind, and warns.
 */
export class MetricServiceByKind extends MetricService {
  override getCounter(name: string, options?: Options) {
    const given = super.getCounter(name, options);
    return 'add' in given ? given : anew(name, options, (meter, full) => meter.createCounter(full, options));
  }

  override getUpDownCounter(name: string, options?: Options) {
    const given = super.getUpDownCounter(name, options);
    return 'add' in given
      ? given
      : anew(name, options, (meter, full) => meter.createUpDownCounter(full, options));
  }

  override getHistogram(name: string, options?: Options) {
    const given = super.getHistogram(name, options);
    return 'record' in given
      ? given
      : anew(name, options, (meter, full) => meter.createHistogram(full, options));
  }

  override getGauge(name: string, options?: Options) {
    const given = super.getGauge(name, options);
    return 'record' in given ? given : anew(name, options, (meter, full) => meter.createGauge(full, options));
  }
}

const anew = <Instrument>(
  name: string,
  { prefix }: Options = {},
  create: (meter: Meter, name: string) => Instrument,
): Instrument => {
  const full = prefix ? `${prefix}.${name}` : name;
  diag.warn(
    `The metric ${full} is there as another kind, which is the one that is shown: rename one of the two`,
  );
  return create(metrics.getMeter(METER_NAME), full);
};
