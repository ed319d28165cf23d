import { describe, expect, it } from '@jest/globals';
import { USAGE, UsageError, parseOptions } from './options.js';
import { DEFAULT_PORTS, PORT_OPTIONS } from './ports.js';

describe('the options of npm start', () => {
  it("default to the tutorial's ports, with the demo orders", () => {
    expect(parseOptions([])).toEqual({
      ports: DEFAULT_PORTS,
      demo: true,
      dataDir: undefined,
      help: false,
    });
  });

  it('set single ports, 0 for any free one, and leave the others at their defaults', () => {
    const { ports } = parseOptions(['--gateway-port', '9090', '--loki-port=0']);
    expect(ports).toEqual({ ...DEFAULT_PORTS, gateway: 9090, loki: 0 });
  });

  it('disable the demo orders', () => {
    expect(parseOptions(['--no-demo']).demo).toBe(false);
  });

  it('set the folder of data and logs', () => {
    expect(parseOptions(['--data-dir', 'elsewhere']).dataDir).toBe('elsewhere');
  });

  it.each(['65536', '-1', 'http', '80.5', ''])(
    'reject "%s" as a port, with the option and the range in the message',
    (text) => {
      expect(() => parseOptions([`--ui-port=${text}`])).toThrow(/--ui-port .*0 .*65535/);
    },
  );

  it.each([['--demo'], ['now']])('reject the unknown argument %s', (word) => {
    expect(() => parseOptions([word])).toThrow(UsageError);
  });

  it('are all in the help', () => {
    for (const { option } of Object.values(PORT_OPTIONS)) expect(USAGE).toContain(`--${option} <port>`);
    expect(USAGE).toContain('--no-demo');
    expect(USAGE).toContain('--data-dir <folder>');
  });
});
