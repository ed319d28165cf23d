// Allowed imports between the folders ("rooms") of one project. Each room may import itself, the files at the root that are
// listed, and the rooms on its list; the lists have no cycle, which room-rules.spec.ts checks.
import { dirname, relative, resolve } from 'node:path';

/**
 * @typedef {object} Rooms
 * @property {string} of                        folder that holds the rooms
 * @property {string[]} shared                  files at its root that every room may import
 * @property {Record<string, string[]>} may     for each room the rooms that it may import
 */

/** @type {Rooms[]} */
export const rooms = [
  {
    of: 'libs/observability/src',
    shared: [
      'clock',
      'environment',
      'group-by',
      'load',
      'loaded-modules',
      'nestjs-otel',
      'observability.options',
    ],
    may: {
      redaction: [],
      identity: [],
      propagation: [],
      delivery: [],
      otlp: ['redaction', 'delivery'],
      tracing: ['redaction', 'propagation', 'delivery', 'otlp'],
      http: ['redaction', 'propagation', 'tracing'],
      database: ['redaction', 'propagation', 'tracing', 'http'],
      kysely: ['database'],
      graphql: ['redaction', 'propagation', 'tracing', 'http'],
      websockets: ['redaction', 'propagation', 'tracing', 'http'],
      ai: ['redaction', 'tracing', 'http'],
      rpc: ['redaction', 'propagation', 'tracing', 'http'],
      logging: ['redaction', 'identity', 'propagation', 'delivery', 'otlp'],
      metrics: ['redaction', 'identity', 'delivery', 'http'],
      nest: ['redaction', 'identity', 'tracing', 'http', 'logging', 'metrics'],
      jobs: ['propagation', 'tracing', 'database', 'nest'],
      process: [
        ...['redaction', 'identity', 'propagation', 'delivery', 'tracing', 'http', 'logging', 'metrics'],
        'database',
      ],
      testing: ['propagation', 'tracing', 'http'],
      register: ['process'],
    },
  },
];

/**
 * Rejects an import from a room that the importing room may not know.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const roomsImportDownwards = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object' }],
    messages: {
      unknown: 'The folder {{room}} is not in the table of tools/lint-rules/src/room-rules.mjs.',
      forbidden:
        '{{room}}/ may not import {{target}}. Allowed: {{allowed}} (tools/lint-rules/src/room-rules.mjs).',
    },
  },
  create(context) {
    const [{ of, shared, may }] = context.options;
    const room = roomOf(relative(resolve(context.cwd, of), context.filename));
    if (room === undefined) return {};
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = relative(
        resolve(context.cwd, of),
        resolve(dirname(context.filename), source.value),
      ).replaceAll('\\', '/');
      if (target.startsWith('..')) return;
      const allowed = may[room];
      if (!allowed) return context.report({ node: source, messageId: 'unknown', data: { room } });
      const targetRoom = roomOf(target);
      const isAllowed =
        targetRoom === undefined
          ? shared.includes(target.replace(/\.[jt]sx?$/, ''))
          : targetRoom === room || allowed.includes(targetRoom);
      if (isAllowed) return;
      context.report({
        node: source,
        messageId: 'forbidden',
        data: { room, target, allowed: [...allowed, ...shared].join(', ') },
      });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

/** Returns the room of a path relative to the folder of the rooms; undefined for files at its root. */
const roomOf = (path) => {
  const [first, ...rest] = path.replaceAll('\\', '/').split('/');
  return rest.length === 0 ? undefined : first;
};

const plugin = { rules: { 'rooms-import-downwards': roomsImportDownwards } };

/** ESLint flat-config entries, one for each project with rooms. Tests may import every room. */
export const roomRulesForEslint = rooms.map((each) => ({
  files: [`${each.of}/**/*.{ts,tsx}`],
  ignores: ['**/*.spec.ts', '**/*.spec.tsx'],
  plugins: { rooms: plugin },
  rules: { 'rooms/rooms-import-downwards': ['error', each] },
}));
