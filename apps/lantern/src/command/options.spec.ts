import { describe, expect, it } from '@jest/globals';
import { formatHelp, parseCommand } from './options.js';
import { QUERY_HELP } from './query-command.js';
import { UsageError } from './usage-error.js';

describe('Command line', () => {
  it('Without options Lantern starts with the settings of the environment', () => {
    expect(parseCommand([])).toEqual({ action: 'start', env: {} });
  });

  it('Options set the variables of the environment', () => {
    const args =
      '--data-dir data --retention=72h --durability power --ui-port 0 --token a-long-secret-1234 --allow-anonymous';
    expect(parseCommand(args.split(' '))).toEqual({
      action: 'start',
      env: {
        LANTERN_DATA_DIR: 'data',
        LANTERN_RETENTION: '72h',
        LANTERN_DURABILITY: 'power',
        LANTERN_JAEGER_PORT: '0',
        LANTERN_TOKEN: 'a-long-secret-1234',
        LANTERN_ALLOW_ANONYMOUS: '1',
      },
    });
  });

  it.each([
    [['--help'], 'help'],
    [['-h', '--ui-port', '1'], 'help'],
    [['--version'], 'version'],
    [['-v'], 'version'],
  ])('The arguments %j request the %s', (args, action) => {
    expect(parseCommand(args).action).toBe(action);
  });

  it.each([[['--port', '1']], [['now']], [['--data-dir']]])(
    'The arguments %j are rejected with a pointer to --help',
    (args) => {
      expect(() => parseCommand(args)).toThrow(UsageError);
      expect(() => parseCommand(args)).toThrow(/See --help\.$/);
    },
  );

  it('The help describes every option in at most 120 columns', () => {
    const help = formatHelp(QUERY_HELP);
    expect(help).toContain('--data-dir <folder>');
    expect(help).toContain('--allow-anonymous');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
