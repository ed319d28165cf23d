import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/** Returns the source of `file` and of every module that it imports, directly or not. */
const modulesBelow = (file: string, found = new Map<string, string>()): Map<string, string> => {
  if (found.has(file)) return found;
  const text = readFileSync(file, 'utf8');
  found.set(file, text);
  for (const [, specifier = ''] of text.matchAll(/from '([^']+)'/g)) {
    if (specifier.startsWith('.'))
      modulesBelow(resolve(dirname(file), specifier.replace(/\.js$/, '.ts')), found);
    else expect(specifier).toBe('@lantern/telemetry-model');
  }
  return found;
};

describe('the entry point ./json', () => {
  it('The entry point ./json uses no API that a browser lacks', () => {
    const modules = modulesBelow(fileURLToPath(new URL('json.ts', import.meta.url)));
    expect(modules.size).toBeGreaterThan(10);
    for (const text of modules.values()) {
      expect(text).not.toMatch(/\bBuffer\b|\bprocess\.|node:/);
    }
  });
});
