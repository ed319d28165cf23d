import { existsSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MeterProvider, type TracerProvider, diag } from '@opentelemetry/api';
import { setting } from '../environment.js';

/** Part of OpenTelemetry's `Instrumentation` that is used here; each package may bring a version of its own. */
export interface Instrumentation {
  readonly instrumentationName: string;
  setTracerProvider: (provider: TracerProvider) => void;
  setMeterProvider: (provider: MeterProvider) => void;
  enable: () => void;
}

/** Instrumentations of what this library traces itself; beside it each request would be traced twice. */
const OWN = ['@opentelemetry/instrumentation-http', '@opentelemetry/instrumentation-undici'];

const FILES = ['js', 'cjs', 'mjs', 'ts'].map((extension) => `otel.instrumentations.${extension}`);

/**
 * Loads the instrumentations that the application adds: the packages that `OBSERVABILITY_INSTRUMENTATIONS` lists, and the
 * default export of `otel.instrumentations.{js,cjs,mjs,ts}` in the working directory, an array or a function that returns one.
 * Must be called before the instrumented packages are loaded. A package or file that fails is reported and left out.
 */
export const loadInstrumentations = (env: NodeJS.ProcessEnv): Instrumentation[] => {
  const folder = process.cwd();
  const found = [
    ...packagesOf(env).flatMap((name) =>
      attempt(`OBSERVABILITY_INSTRUMENTATIONS: ${name}`, () => fromPackage(name)),
    ),
    ...FILES.filter((file) => existsSync(join(folder, file))).flatMap((file) =>
      attempt(file, () => fromFile(join(folder, file))),
    ),
  ];
  return found.filter(({ instrumentationName }) => {
    if (!OWN.includes(instrumentationName)) return true;
    diag.warn(`${instrumentationName} is left out: @lantern/observability traces the same requests itself`);
    return false;
  });
};

const packagesOf = (env: NodeJS.ProcessEnv): string[] =>
  (setting(env, 'OBSERVABILITY_INSTRUMENTATIONS') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

const attempt = (what: string, load: () => Instrumentation[]): Instrumentation[] => {
  try {
    const found = load();
    if (found.length === 0) diag.warn(`${what} has no instrumentation and is left out`);
    return found;
  } catch (error) {
    diag.error(`${what} cannot be loaded and is left out`, error);
    return [];
  }
};

/** Creates an instance of each instrumentation class that the package exports, as its documentation does. */
const fromPackage = (name: string): Instrumentation[] => {
  const path = resolvedByApplication(name);
  hookEsModules(path);
  const exported = createRequire(path)(path) as Record<string, unknown>;
  return [...new Set(Object.values(exported))].filter(isInstrumentationClass).map((type) => new type());
};

const resolvedByApplication = (name: string): string => {
  const [, script] = process.argv;
  const folders = [process.cwd(), ...(script === undefined ? [] : [dirname(resolve(script))])];
  let failure: unknown;
  for (const folder of folders) {
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
};

const isInstrumentationClass = (value: unknown): value is new () => Instrumentation =>
  typeof value === 'function' &&
  value.name.endsWith('Instrumentation') &&
  typeof (value.prototype as Partial<Instrumentation> | undefined)?.setTracerProvider === 'function';

const fromFile = (path: string): Instrumentation[] => {
  hookEsModules(path);
  const exported = createRequire(path)(path) as { default?: unknown };
  const given = exported.default ?? exported;
  const list: unknown = typeof given === 'function' ? (given as () => unknown)() : given;
  const all = (Array.isArray(list) ? list : [list]).flat(Infinity) as Partial<Instrumentation>[];
  return all.filter((each): each is Instrumentation => typeof each.setTracerProvider === 'function');
};

let isHooked = false;

/** Modules that are imported, rather than required, reach instrumentations by a loader hook of OpenTelemetry's. */
const hookEsModules = (path: string): void => {
  if (isHooked) return;
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- OpenTelemetry's hook is written for it
    register('@opentelemetry/instrumentation/hook.mjs', pathToFileURL(path));
    isHooked = true;
  } catch (error) {
    diag.warn(
      'Packages that are imported as ES modules cannot be instrumented, those that are required can',
      error,
    );
  }
};
