import { z } from 'zod';

/**
 * Sampling strategy that a remote sampler receives.
 *
 * @see https://github.com/jaegertracing/jaeger-idl/blob/main/proto/api_v2/sampling.proto
 */
export interface SamplingStrategy {
  readonly strategyType: 'PROBABILISTIC' | 'RATE_LIMITING';
  readonly probabilisticSampling?: ProbabilisticSampling;
  readonly rateLimitingSampling?: { readonly maxTracesPerSecond: number };
  readonly operationSampling?: OperationSampling;
}

interface ProbabilisticSampling {
  /** From 0 to 1. */
  readonly samplingRate: number;
}

interface OperationSampling {
  readonly defaultSamplingProbability: number;
  readonly defaultLowerBoundTracesPerSecond: number;
  readonly perOperationStrategies: readonly {
    readonly operation: string;
    readonly probabilisticSampling: ProbabilisticSampling;
  }[];
  readonly defaultUpperBoundTracesPerSecond: number;
}

export interface SamplingStrategies {
  strategyFor(service: string): SamplingStrategy;
}

const strategy = z.discriminatedUnion('type', [
  z.object({ type: z.literal('probabilistic'), param: z.number().min(0).max(1) }),
  z.object({ type: z.literal('ratelimiting'), param: z.number().min(0) }),
]);

const withOperations = strategy.and(
  z.object({
    operation_strategies: z.array(strategy.and(z.object({ operation: z.string() }))).optional(),
  }),
);

const file = z.object({
  default_strategy: withOperations.nullish(),
  service_strategies: z.array(withOperations.and(z.object({ service: z.string() }))).nullish(),
});

type StrategyOfFile = z.infer<typeof withOperations>;

/** Strategies that sample every trace, used when no file is configured. */
const KEEP_ALL: SamplingStrategy = {
  strategyType: 'PROBABILISTIC',
  probabilisticSampling: { samplingRate: 1 },
};

export const KEEP_ALL_STRATEGIES: SamplingStrategies = { strategyFor: () => KEEP_ALL };

/**
 * Reads a strategies file as Jaeger's own: operations of the default strategy hold for every service, unless
 * the service says otherwise.
 *
 * @throws {Error} that names every place that is wrong
 * @see https://www.jaegertracing.io/docs/latest/architecture/sampling/#file-based-sampling-configuration
 */
export const parseStrategies = (json: string): SamplingStrategies => {
  const { data, error } = file.safeParse(JSON.parse(json));
  if (error) {
    throw new Error(error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const fallback = data.default_strategy ? toStrategy(data.default_strategy) : KEEP_ALL;
  const byService = new Map(
    (data.service_strategies ?? []).map((entry) => [
      entry.service,
      withDefaultOperations(toStrategy(entry), fallback.operationSampling),
    ]),
  );
  return { strategyFor: (service) => byService.get(service) ?? fallback };
};

const toStrategy = ({
  type,
  param,
  operation_strategies: operations = [],
}: StrategyOfFile): SamplingStrategy => ({
  ...(type === 'probabilistic'
    ? { strategyType: 'PROBABILISTIC', probabilisticSampling: { samplingRate: param } }
    : // A 32-bit integer on the wire.
      { strategyType: 'RATE_LIMITING', rateLimitingSampling: { maxTracesPerSecond: Math.trunc(param) } }),
  ...(operations.length > 0 && {
    operationSampling: {
      defaultSamplingProbability: type === 'probabilistic' ? param : 1,
      defaultLowerBoundTracesPerSecond: 0,
      // The protocol knows no rate limit for a single operation: there the default holds.
      perOperationStrategies: operations
        .filter((entry) => entry.type === 'probabilistic')
        .map((entry) => ({
          operation: entry.operation,
          probabilisticSampling: { samplingRate: entry.param },
        })),
      defaultUpperBoundTracesPerSecond: 0,
    },
  }),
});

const withDefaultOperations = (
  own: SamplingStrategy,
  defaults: OperationSampling | undefined,
): SamplingStrategy => {
  if (defaults === undefined) return own;
  const { operationSampling: ofService, probabilisticSampling } = own;
  if (ofService === undefined) {
    const defaultSamplingProbability =
      probabilisticSampling?.samplingRate ?? defaults.defaultSamplingProbability;
    return { ...own, operationSampling: { ...defaults, defaultSamplingProbability } };
  }
  const known = new Set(ofService.perOperationStrategies.map(({ operation }) => operation));
  const inherited = defaults.perOperationStrategies.filter(({ operation }) => !known.has(operation));
  return {
    ...own,
    operationSampling: {
      ...ofService,
      perOperationStrategies: [...ofService.perOperationStrategies, ...inherited],
    },
  };
};
