import { describe, expect, it } from '@jest/globals';
import { formatTraceAddress, parseTraceAddress } from './use-trace-address.js';

const read = (query: string) => parseTraceAddress(new URLSearchParams(query));

describe('parseTraceAddress', () => {
  it('takes Jaeger’s uiFind for a span when it is the id of one, else for a text', () => {
    expect(read('uiFind=E457B5A2E4D86BD1')).toEqual({
      spanId: 'e457b5a2e4d86bd1',
      find: '',
      panel: undefined,
    });
    expect(read('uiFind=calculate_total')).toEqual({
      spanId: undefined,
      find: 'calculate_total',
      panel: undefined,
    });
  });

  it('takes an unknown panel for none said', () => {
    expect(read('panel=flames').panel).toBeUndefined();
  });

  it.each(['', 'uiFind=e457b5a2e4d86bd1', 'uiFind=e457b5a2e4d86bd1&find=payment&panel=logs'])(
    'reads back what formatTraceAddress writes: %s',
    (query) => {
      expect(formatTraceAddress(read(query)).toString()).toBe(query);
    },
  );
});
