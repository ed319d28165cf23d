// One way to write what can be written in several. `eslint.config.mjs` includes these rules; dialect.spec.ts violates each once.

/** Suites, benchmarks and their rigs. Their constants have the names of the fields that they fill. */
const EXERCISES = [
  '**/*.{spec,e2e,verify}.{ts,tsx}',
  '**/{bench,conformance,e2e,fault,fuzz,soak,test,testing,contract,rig}/**/*.{ts,tsx}',
  '{apps,tools}/{lantern-e2e,shop-e2e,deploy-checks}/**/*.{ts,tsx}',
];

/**
 * Rejects function declarations where an arrow function can stand: not for generators, overloads, assertion functions and
 * functions with `this`.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const arrowFunctions = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { arrow: 'Write `const {{name}} = (…) => …` instead of a function declaration.' },
  },
  create(context) {
    const overloaded = new Set();
    return {
      TSDeclareFunction: ({ id }) => overloaded.add(id?.name),
      'FunctionDeclaration:exit'({ id, generator, params, returnType, parent }) {
        const isAssertion = returnType?.typeAnnotation.asserts === true;
        const hasThis = params[0]?.name === 'this';
        if (generator || isAssertion || hasThis || overloaded.has(id?.name)) return;
        if (parent.type === 'ExportDefaultDeclaration') return;
        context.report({ node: id, messageId: 'arrow', data: { name: id.name } });
      },
    };
  },
};

/**
 * Rejects `#name` in favor of the keyword `private`, which parameters of constructors can have too.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
const privateKeyword = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { keyword: 'Write `private {{name}}` instead of `#{{name}}`.' },
  },
  create: (context) => ({
    ':matches(PropertyDefinition, MethodDefinition) > PrivateIdentifier.key': (node) =>
      context.report({ node, messageId: 'keyword', data: { name: node.name } }),
  }),
};

/** Names of durations end in `Millis`, except for fields of Lantern's own answers, which end in `Ms`. */
const DURATIONS = {
  selector: ['variable', 'parameter', 'property', 'method'],
  format: null,
  custom: { regex: '^(?!(?:latencyMs|waitedMs|lastSentMsAgo)$).*[a-z0-9]Ms(?:$|[A-Z])', match: false },
};

const CONSTANTS = { selector: 'variable', modifiers: ['const', 'global'] };
const NO_MS = { regex: '_MS$', match: false };

/** @type {import('eslint').Linter.Config[]} */
export const dialectForEslint = [
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { dialect: { rules: { 'arrow-functions': arrowFunctions, 'private-keyword': privateKeyword } } },
    rules: {
      'dialect/arrow-functions': 'error',
      'dialect/private-keyword': 'error',
      'max-params': ['error', 7],
      '@typescript-eslint/naming-convention': [
        'error',
        DURATIONS,
        {
          ...CONSTANTS,
          types: ['boolean', 'number', 'string'],
          format: ['UPPER_CASE'],
          custom: NO_MS,
        },
      ],
    },
  },
  {
    files: EXERCISES,
    rules: {
      'max-params': 'off',
      '@typescript-eslint/naming-convention': [
        'error',
        DURATIONS,
        { ...CONSTANTS, format: null, custom: NO_MS },
      ],
    },
  },
  {
    // They test that classes with `#private` members can be traced.
    files: ['libs/observability/src/**/{provider-spans,traceable.decorator}.spec.ts'],
    rules: { 'dialect/private-keyword': 'off' },
  },
];
