import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';
import { dialectForEslint } from './tools/lint-rules/src/dialect.mjs';
import { importRulesForEslint } from './tools/lint-rules/src/import-rules.mjs';
import { roomRulesForEslint } from './tools/lint-rules/src/room-rules.mjs';

// The run over the whole workspace (tools/lint.mjs) shares one program. Otherwise each project has its own, so that a run over
// a few files stays quick.
const program =
  process.env.LINT_PROGRAM === 'shared' ? { project: './tsconfig.node.json' } : { projectService: true };

export default ts.config(
  { ignores: ['**/dist/', '**/node_modules/', '**/test-results/', '.nx/'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { ...program, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A number in a message reads as it is; anything richer still has to be formatted by hand.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => void promise.catch(report)` and event handlers say what they do without braces.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A promise that is dropped on purpose is written `void promise`, and every such place has handled its rejection.
      '@typescript-eslint/no-floating-promises': 'error',
      // Nest modules are classes that carry nothing but their decorator.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Contracts are async because engines may be, not because each implementation waits.
      '@typescript-eslint/require-await': 'off',
      // The suite's own functions are not methods that lose their `this`.
      '@typescript-eslint/unbound-method': ['error', { ignoreStatic: true }],
      // Nest's request and response classes carry decorators, not behaviour: a literal of their shape is one of them.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['apps/lantern-ui/src/**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat.recommended],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ['**/*.{mjs,js}'],
    languageOptions: { globals: globals.node },
  },
  ...dialectForEslint,
  ...importRulesForEslint,
  ...roomRulesForEslint,
  prettier,
);
