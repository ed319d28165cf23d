import { expect, it } from '@jest/globals';
import { CodeLoadError, loadCode } from './load-code.js';

it('loadCode distinguishes a module that cannot be loaded from an error of its code', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module');
  const failure = await loadCode(() => Promise.reject(cause))().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(CodeLoadError);
  expect(failure).toMatchObject({ cause });
  expect(await loadCode(() => Promise.resolve('module'))()).toBe('module');
});
