import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { paletteColor, paletteIndex } from '../service-color.js';

const TOKENS = [
  'surface',
  'surface-sunken',
  'line',
  'line-strong',
  'ink',
  'ink-muted',
  'ink-faint',
  'accent',
  'error',
  'warn',
] as const;

/** Colors of the page, resolved for a canvas, which supports neither variables nor `light-dark()`. */
export interface CanvasPalette {
  readonly scheme: 'light' | 'dark';
  readonly token: Readonly<Record<(typeof TOKENS)[number], string>>;
  readonly service: (name: string) => string;
}

export const useCanvasPalette = (): CanvasPalette => {
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  return useMemo(() => {
    const probe = document.createElement('span');
    probe.style.colorScheme = scheme;
    document.body.append(probe);
    const resolve = (token: string) => {
      probe.style.color = `var(--${token})`;
      return getComputedStyle(probe).color;
    };
    const token = Object.fromEntries(TOKENS.map((name) => [name, resolve(name)])) as CanvasPalette['token'];
    probe.remove();
    const known = new Map<string, string>();
    return {
      scheme,
      token,
      service: (name) => {
        let color = known.get(name);
        if (color === undefined) known.set(name, (color = paletteColor(paletteIndex(name))[scheme]));
        return color;
      },
    };
  }, [scheme]);
};
