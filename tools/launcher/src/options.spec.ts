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

  it('choose single ports, 0 being any free one, and leave the others', () => {
    const { ports } = parseOptions(['--gateway-port', '9090', '--loki-port=0']);
    expect(ports).toEqual({ ...DEFAULT_PORTS, gateway: 9090, loki: 0 });
  });

  it('switch the demo orders off', () => {
    expect(parseOptions(['--no-demo']).demo).toBe(false);
  });

  it('choose the folder of data and logs', () => {
    expect(parseOptions(['--data-dir', 'elsewhere']).dataDir).toBe('elsewhere');
  });

  it.each(['65536', '-1', 'http', '80.5', ''])('refuse "%s" as a port, naming option and range', (text) => {
    expect(() => parseOptions([`--ui-port=${text}`])).toThrow(/--ui-port .*0 .*65535/);
  });

  it.each([['--demo'], ['now']])('refuse %s, which is none of them', (word) => {
    expect(() => parseOptions([word])).toThrow(UsageError);
  });

  it('are all explained by the help', () => {
    for (const { option } of Object.values(PORT_OPTIONS)) expect(USAGE).toContain(`--${option} <port>`);
    expect(USAGE).toContain('--no-demo');
    expect(USAGE).toContain('--data-dir <folder>');
  });
});
