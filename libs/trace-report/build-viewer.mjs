// Bundles the program and the style of a report into src/viewer-program.ts: `npm run build:viewer`; with --check, compares
// them with that file. The file is committed, because the library returns a whole report wherever it runs: from its source,
// from its build, or bundled into another package.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const target = path('src/viewer-program.ts');

const minifiedProgram = async () => {
  const bundle = await rolldown({
    input: path('src/viewer/main.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['@lantern/source', 'browser', 'default'] },
  });
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true });
    return output[0].code.trim();
  } finally {
    await bundle.close();
  }
};

/** Removes comments and indentation. */
const minifiedStyle = () =>
  readFileSync(path('src/viewer/viewer.css'), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/\s*\n\s*/g, '')
    .trim();

/** Source expression of a content security policy. @see https://www.w3.org/TR/CSP3/#grammardef-hash-source */
const hashOf = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

const constant = (name, text) => `export const ${name} =\n  ${JSON.stringify(text)};\n`;

const [script, style] = [await minifiedProgram(), minifiedStyle()];
if (/<\/(?:script|style)|<!--/i.test(script + style)) {
  throw new Error('The program or the style of the report would end its own element.');
}
const module = [
  '// Made from src/viewer by `npm run build:viewer`. Do not edit.\n',
  constant('VIEWER_SCRIPT', script),
  constant('VIEWER_SCRIPT_HASH', hashOf(script)),
  constant('VIEWER_STYLE', style),
  constant('VIEWER_STYLE_HASH', hashOf(style)),
].join('\n');

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== module) {
    console.error('src/viewer-program.ts is not what src/viewer builds to. Run: npm run build:viewer');
    process.exitCode = 1;
  }
} else writeFileSync(target, module);
