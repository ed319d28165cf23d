import { context, trace } from '@opentelemetry/api';
import { load } from '../load.js';
import { runInSpan } from '../tracing/run-in-span.js';

type BatchFunction = (keys: readonly unknown[]) => unknown;

interface DataLoader {
  name?: string | null;
  _batchLoadFn?: BatchFunction;
}

type Load = (this: DataLoader, key: unknown) => Promise<unknown>;

const installed = Symbol.for('@lantern/observability dataloader');

/**
 * Gives each batch of a DataLoader a span, `load users`, below the first resolver that asked for a key of the batch. Only
 * if the application has loaded the package.
 */
export const traceDataLoaders = (): void => {
  for (const [path, module] of Object.entries(load.cache)) {
    if (!/[\\/]dataloader[\\/]index\.js$/.test(path)) continue;
    const { prototype } = module?.exports as { prototype?: { load?: Load } };
    if (prototype?.load && !Object.hasOwn(prototype, installed)) traceLoads(prototype as { load: Load });
  }
};

const prepared = new WeakSet<DataLoader>();

const traceLoads = (prototype: { load: Load }): void => {
  Object.defineProperty(prototype, installed, { value: true });
  const former = prototype.load;
  prototype.load = function (key) {
    // A loader lives for one request, so it is prepared for its first key rather than when it is made.
    if (!prepared.has(this)) prepare(this);
    return former.call(this, key);
  };
};

const prepare = (loader: DataLoader): void => {
  prepared.add(loader);
  const { _batchLoadFn: batch } = loader;
  if (typeof batch !== 'function') return;
  const name = loader.name ?? (batch.name === '' ? 'batch' : batch.name.replace(/^bound /, ''));
  loader._batchLoadFn = (keys) => {
    if (trace.getSpan(context.active())?.isRecording() !== true) return batch(keys);
    const attributes = { 'dataloader.name': name, 'dataloader.batch.size': keys.length };
    return runInSpan(`load ${name}`, { attributes }, () => batch(keys));
  };
};
