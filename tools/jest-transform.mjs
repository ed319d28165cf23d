// Compiles TypeScript for Jest with SWC, and binds the built-in objects that a module uses to constants of that module.
//
// Jest runs modules in a vm context, where each access to a global calls an interceptor: a loop over bytes with
// `Math.imul` takes fifty times as long as in Node. (Jest's `sandboxInjectedGlobals` does the same for CommonJS alone.)
// Globals that suites replace, such as `Date`, `fetch` and timers, are left alone.
import swc from '@swc/jest';

const BUILT_IN = [
  ...['Array', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Error', 'Float64Array'],
  ...[
    'Infinity',
    'Int32Array',
    'JSON',
    'Map',
    'Math',
    'NaN',
    'Number',
    'Object',
    'Promise',
    'Reflect',
    'Set',
  ],
  ...['String', 'Symbol', 'Uint8Array', 'Uint16Array', 'Uint32Array', 'WeakMap'],
];

/** @param {string} code an ES module */
const withConstants = (code) => {
  const isFree = (name) =>
    new RegExp(String.raw`\b${name}\b`).test(code) &&
    !new RegExp(String.raw`\b(?:const|let|var|class|function)\s+${name}\b|\bimport\b[^;]*\b${name}\b`).test(
      code,
    );
  const names = BUILT_IN.filter(isFree);
  // On the first line, so that the line numbers of the source map stay right.
  return names.length === 0 ? code : `const{${names.join(',')}}=globalThis;${code}`;
};

export const createTransformer = (options) => {
  const transformer = swc.createTransformer(options);
  return {
    ...transformer,
    process: (...args) => {
      const result = transformer.process(...args);
      return { ...result, code: withConstants(result.code) };
    },
    processAsync: async (...args) => {
      const result = await transformer.processAsync(...args);
      return { ...result, code: withConstants(result.code) };
    },
    getCacheKey: (...args) => `${transformer.getCacheKey(...args)}-constants-1`,
  };
};

export default { createTransformer };
