// Allowed imports between projects. `eslint.config.mjs` converts this table to lint rules; import-rules.spec.ts violates each
// rule once and expects an error with the reason from this table.
import { dirname, relative, resolve } from 'node:path';

/**
 * @typedef {object} ImportRule
 * @property {string} from      folder of the project
 * @property {string[]} may     packages of this workspace that it may import (by the entry points that their
 *                              package.json exports, sub-paths included)
 * @property {string[]} [never] outside packages that must not appear, as patterns of `no-restricted-imports`
 * @property {string} because   printed with the violation
 */

const SERVICES_MEET_BACKENDS_OVER_THE_WIRE =
  'A service meets a backend only over the wire: it may import observability, service-contracts and service-platform.';

const service = (from) => ({
  from,
  may: ['observability', 'service-contracts', 'service-platform'],
  because: SERVICES_MEET_BACKENDS_OVER_THE_WIRE,
});

/** @type {ImportRule[]} */
export const importRules = [
  service('apps/api-gateway'),
  service('apps/user-service'),
  service('apps/order-service'),
  {
    from: 'apps/lantern',
    may: [
      'telemetry-model',
      'telemetry-store',
      'trace-analysis',
      'trace-report',
      'otlp',
      'query-api',
      'logql',
      'promql',
      'go-syntax',
    ],
    never: ['@nestjs/*', 'nestjs-otel'],
    because: 'Lantern works for any OTLP sender: it knows telemetry, not the shop and not its framework.',
  },
  {
    from: 'apps/lantern-ui',
    may: ['telemetry-model', 'trace-analysis', 'trace-report', 'otlp/json', 'query-api', 'go-syntax'],
    never: ['node:*', '@nestjs/*'],
    because:
      'The UI may import only what runs in a browser: telemetry-model, trace-analysis, trace-report, query-api, go-syntax and otlp/json.',
  },
  {
    from: 'apps/shop-e2e',
    may: ['launcher', 'trace-testing'],
    never: ['@nestjs/*'],
    because: 'Trace tests exercise what a user has: the system itself only over HTTP.',
  },
  {
    from: 'apps/lantern-e2e',
    may: ['launcher'],
    never: ['@nestjs/*'],
    because: 'Browser tests exercise what a user has: the system itself only over HTTP and the browser.',
  },
  {
    from: 'libs/telemetry-model',
    may: [],
    never: ['node:*', '@nestjs/*', 'react', 'react-dom', '@opentelemetry/*'],
    because: 'The model is pure: no Node, Nest, React or OpenTelemetry SDK, so that it runs everywhere.',
  },
  {
    from: 'libs/trace-analysis',
    may: ['telemetry-model'],
    never: ['node:*', '@nestjs/*', 'react', 'react-dom', '@opentelemetry/*'],
    because: 'The analysis is pure: the backend, the UI and command-line tools share it.',
  },
  {
    from: 'libs/trace-report',
    may: ['telemetry-model', 'trace-analysis', 'otlp/json'],
    never: ['node:*', '@nestjs/*', 'react', 'react-dom', '@opentelemetry/*'],
    because: 'A report is made in Node and in a browser, and its program has no dependencies at run time.',
  },
  {
    from: 'libs/otlp',
    may: ['telemetry-model'],
    never: ['@nestjs/*'],
    because: 'OTLP is translated to and from the model and knows nothing above it.',
  },
  {
    from: 'libs/telemetry-store',
    may: ['telemetry-model', 'otlp'],
    never: ['@nestjs/*', 'fastify'],
    because: 'Stores keep telemetry; transports and query languages stay above them.',
  },
  {
    from: 'libs/go-syntax',
    may: [],
    never: ['node:*', '@nestjs/*', 'fastify'],
    because: 'Text forms are read and written without any other project, in Node and in the browser.',
  },
  {
    from: 'libs/logql',
    may: ['telemetry-model', 'go-syntax'],
    never: ['node:*', '@nestjs/*', 'fastify'],
    because: 'A language is evaluated over any source of lines: it knows no store, no API and no server.',
  },
  {
    from: 'libs/promql',
    may: ['telemetry-model', 'go-syntax'],
    never: ['node:*', '@nestjs/*', 'fastify'],
    because: 'A language is evaluated over any source of series: it knows no store, no API and no server.',
  },
  {
    from: 'libs/query-api',
    may: ['telemetry-model', 'logql', 'promql', 'go-syntax'],
    never: ['node:*', '@nestjs/*', 'fastify'],
    because: 'Wire types and parsers are shared with the browser: no Node and no server framework.',
  },
  {
    from: 'libs/observability',
    may: [],
    because: 'The library is published on its own: it knows no other project of this workspace.',
  },
  {
    from: 'libs/trace-testing',
    may: ['telemetry-model', 'trace-analysis', 'trace-report', 'otlp/json'],
    never: ['@nestjs/*', '@opentelemetry/*'],
    because:
      'The kit tests services in any language: it knows telemetry, and meets a backend only over HTTP.',
  },
  {
    from: 'libs/service-contracts',
    may: [],
    because: 'Contracts are what both sides agree on: they depend on neither.',
  },
  {
    from: 'libs/service-platform',
    may: ['observability', 'service-contracts'],
    because: 'The platform carries services; it knows none of them, and no backend.',
  },
  {
    from: 'tools/launcher',
    may: [],
    never: ['@nestjs/*', 'fastify'],
    because: 'The launcher starts processes; it imports none of them.',
  },
  {
    from: 'tools/deploy-checks',
    may: ['launcher', 'service-platform/database/testing'],
    never: ['@nestjs/*', 'fastify'],
    because:
      'The checks read files and start processes (a PostgreSQL among them); they import none of those.',
  },
  {
    from: 'tools/lint-rules',
    may: [],
    because: 'The lint rules read the workspace as text; they import none of its projects.',
  },
  {
    from: 'tools/workspace-checks',
    may: [],
    because: 'The checks read manifests and run tools; they import none of the projects.',
  },
];

const SCOPE = '@lantern/';

const BY_PACKAGE_NAME =
  'Import another project by its package name, so that only its entry points are reached.';

/**
 * Rejects relative paths that lead into another project or into a build output. The path decides, not its text:
 * `../src/span.js` is the project's own source when a benchmark imports it.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const relativePathsStayInside = {
  meta: { type: 'problem', schema: [{ type: 'string' }], messages: { leaves: BY_PACKAGE_NAME } },
  create(context) {
    const project = `${context.options[0]}/`;
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = relative(context.cwd, resolve(dirname(context.filename), source.value)).replaceAll(
        '\\',
        '/',
      );
      const isForeign = /^(?:apps|libs|tools)\/[^/]+\//.test(target) && !target.startsWith(project);
      const isBuilt = target.startsWith(project) && /(?:^|\/)dist\//.test(target);
      if (isForeign || isBuilt) context.report({ node: source, messageId: 'leaves' });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

const plugin = { rules: { 'relative-paths-stay-inside': relativePathsStayInside } };

const escape = (text) => text.replace(/[/.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Returns a regular expression that matches specifiers of all packages of the workspace that the rule does not allow. */
const forbiddenPackages = ({ may }) => {
  const allowed = may.map((name) =>
    name.includes('/') ? `${escape(name)}$` : String.raw`${escape(name)}(?:\/|$)`,
  );
  return `^${escape(SCOPE)}${allowed.length > 0 ? `(?!${allowed.join('|')})` : ''}`;
};

const isTest = ['**/*.spec.ts', '**/*.spec.tsx', '**/testing/**', '**/jest.config.ts', '**/vite.config.ts'];

/** ESLint flat-config entries, one or two for each rule. */
export const importRulesForEslint = importRules.flatMap((rule) => {
  const own = escape(SCOPE + rule.from.split('/').at(-1));
  const boundaries = [
    { regex: forbiddenPackages(rule), message: rule.because },
    {
      regex: String.raw`^${own}(?:\/|$)`,
      message: 'Inside a project import the file itself, never its own entry point.',
    },
  ];
  const outside = (rule.never ?? []).map((pattern) => ({ group: [pattern], message: rule.because }));
  const dynamic = {
    selector: `ImportExpression > Literal[value=/${forbiddenPackages(rule)}/]`,
    message: rule.because,
  };
  return [
    {
      files: [`${rule.from}/**/*.{ts,tsx}`],
      plugins: { workspace: plugin },
      rules: {
        'workspace/relative-paths-stay-inside': ['error', rule.from],
        'no-restricted-imports': ['error', { patterns: boundaries }],
        'no-restricted-syntax': ['error', dynamic],
      },
    },
    {
      // Tests run in Node and need the real exporter, framework or server.
      files: [`${rule.from}/src/**/*.{ts,tsx}`],
      ignores: isTest,
      rules: { 'no-restricted-imports': ['error', { patterns: [...boundaries, ...outside] }] },
    },
  ];
});
