import type { GenAiUsage } from './gen-ai-call.js';

/** Price of a model in US dollars per million tokens. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

/** Prices by the beginnings of the names of models: the longest that a name begins with counts. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

/** List prices that were public in 2026, without caches, batches and contracts. A user replaces them. */
export const DEFAULT_MODEL_PRICES: ModelPrices = {
  'gpt-4o': { input: 2.5, output: 10 },
  'gpt-4o-mini': { input: 0.15, output: 0.6 },
  'gpt-4.1': { input: 2, output: 8 },
  'gpt-4.1-mini': { input: 0.4, output: 1.6 },
  'gpt-4.1-nano': { input: 0.1, output: 0.4 },
  'gpt-5': { input: 1.25, output: 10 },
  'gpt-5-mini': { input: 0.25, output: 2 },
  'o4-mini': { input: 1.1, output: 4.4 },
  'claude-3-5-haiku': { input: 0.8, output: 4 },
  'claude-sonnet-4': { input: 3, output: 15 },
  'claude-opus-4': { input: 15, output: 75 },
  'gemini-2.5-flash': { input: 0.3, output: 2.5 },
  'gemini-2.5-pro': { input: 1.25, output: 10 },
};

/** Returns the cost in US dollars; undefined for an unknown model, or a call without tokens. */
export const costOf = (
  { model, inputTokens, outputTokens }: GenAiUsage,
  prices: ModelPrices,
): number | undefined => {
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  // Providers put the name of a region or vendor before that of a model: `us.anthropic.claude-sonnet-4`, `openai/gpt-4o`.
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  const [known] = Object.keys(prices)
    .filter((prefix) => name.startsWith(prefix) || name.includes(`.${prefix}`))
    .sort((a, b) => b.length - a.length);
  const price = known === undefined ? undefined : prices[known];
  if (price === undefined) return undefined;
  return ((inputTokens ?? 0) * price.input + (outputTokens ?? 0) * price.output) / 1e6;
};

/**
 * Returns the table of a JSON text: `{"my-model": {"input": 1, "output": 2}}`.
 *
 * @throws {Error} that names what is wrong
 */
export const parseModelPrices = (text: string): ModelPrices => {
  const table = JSON.parse(text) as unknown;
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    throw new Error('the prices have to be an object with a member for each model');
  }
  for (const [model, price] of Object.entries(table as Record<string, Partial<ModelPrice> | null>)) {
    const isPrice = [price?.input, price?.output].every(
      (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0,
    );
    if (!isPrice) throw new Error(`${model} needs "input" and "output" in US dollars per million tokens`);
  }
  return table as ModelPrices;
};
