// Compiles TypeScript for Jest with SWC, and binds the built-in objects that a module uses to constants of that module, as
// Jest's `sandboxInjectedGlobals` does for CommonJS alone. The list, and the reason, stand in jest.config.ts.
import swc from '@swc/jest';

/** @param {{ readonly constants: readonly string[] }} options names of globals; all other options are SWC's */
export const createTransformer = ({ constants, ...options }) => {
  const transformer = swc.createTransformer(options);

  const withConstants = ({ code, ...result }) => {
    const isFree = (name) =>
      new RegExp(String.raw`\b${name}\b`).test(code) &&
      !new RegExp(String.raw`\b(?:const|let|var|class|function)\s+${name}\b|\bimport\b[^;]*\b${name}\b`).test(
        code,
      );
    const names = constants.filter(isFree);
    // On the first line, so that the line numbers of the source map stay right.
    return { ...result, code: names.length === 0 ? code : `const{${names.join(',')}}=globalThis;${code}` };
  };

  return {
    ...transformer,
    process: (...args) => withConstants(transformer.process(...args)),
    processAsync: async (...args) => withConstants(await transformer.processAsync(...args)),
    getCacheKey: (...args) => `${transformer.getCacheKey(...args)}-${constants.join('-')}`,
  };
};

export default { createTransformer };
