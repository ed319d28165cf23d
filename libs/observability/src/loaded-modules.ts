import { subscribe } from 'node:diagnostics_channel';
import { diag } from '@opentelemetry/api';
import { load } from './load.js';

/** CommonJS module of a package, which an ES module of the package may import too. */
export interface PackageModule {
  /** End of its path. */
  path: string;
  /** Text by which the package itself requires it. */
  id: string;
  /** End of the path of the module that requires it. */
  parent: string;
}

interface Watch {
  module: PackageModule;
  use: (exports: unknown) => void;
  used: WeakSet<object>;
}

const watches: Watch[] = [];
const byId = new Map<string, Watch[]>();

/**
 * Calls `use` with the exports of each copy of the module: the copies that are loaded, and those that the process loads later.
 * Node reports them on a diagnostics channel (https://nodejs.org/api/diagnostics_channel.html#modules), so no loader hook
 * is needed. Node 20 has no such channel; there {@link findLoadedModules} finds what was loaded since.
 */
export const onModuleLoaded = (module: PackageModule, use: (exports: unknown) => void): void => {
  if (watches.length === 0) subscribe('tracing:module.require:end', onRequire);
  const watch = { module, use, used: new WeakSet() };
  watches.push(watch);
  byId.set(module.id, [...(byId.get(module.id) ?? []), watch]);
  findLoaded(watch);
};

/** Finds the watched modules that are loaded by now. */
export const findLoadedModules = (): void => {
  for (const watch of watches) findLoaded(watch);
};

const findLoaded = (watch: Watch): void => {
  for (const [path, module] of Object.entries(load.cache)) {
    if (module?.loaded === true && isAt(path, watch.module.path)) hand(watch, module.exports);
  }
};

const onRequire = (message: unknown): void => {
  const { id, parentFilename, result } = message as { id: string; parentFilename?: string; result?: unknown };
  const candidates = byId.get(id);
  if (!candidates || parentFilename === undefined) return;
  for (const watch of candidates) if (isAt(parentFilename, watch.module.parent)) hand(watch, result);
};

const isAt = (path: string, end: string): boolean => path.replaceAll('\\', '/').endsWith(end);

const hand = ({ use, used, module }: Watch, exports: unknown): void => {
  if (exports === null || (typeof exports !== 'object' && typeof exports !== 'function')) return;
  if (used.has(exports)) return;
  used.add(exports);
  try {
    use(exports);
  } catch (error) {
    diag.warn(`${module.path} cannot be traced; it works as before`, error);
  }
};
