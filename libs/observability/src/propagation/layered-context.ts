import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';

/**
 * A context that adds one value to another context. The API's own copies a whole map for each value, which a request
 * would pay for several times; here a value costs one small object, and looking it up a few comparisons.
 */
export class LayeredContext implements Context {
  constructor(
    private readonly below: Context,
    private readonly key: symbol,
    private readonly value: unknown,
  ) {}

  getValue(key: symbol): unknown {
    return key === this.key ? this.value : this.below.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    // A span in a span in a span stays one layer.
    return new LayeredContext(key === this.key ? this.below : this, key, value);
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined);
  }
}

/** Returns the context key under which a function of OpenTelemetry's API stores its value; the API exports none. */
export const contextKeyOf = (set: (context: Context) => unknown): symbol => {
  let found: symbol | undefined;
  set({
    getValue: () => undefined,
    setValue(key) {
      found = key;
      return ROOT_CONTEXT;
    },
    deleteValue: () => ROOT_CONTEXT,
  });
  if (found === undefined) throw new Error('OpenTelemetry keeps this value elsewhere than in a context');
  return found;
};
