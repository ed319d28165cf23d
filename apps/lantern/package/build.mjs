// Makes the package that is published: `npm run package` writes it to dist/package/<name>-<version>.tgz.
// Everything of this workspace and of npm that Lantern runs is in one script, so that it installs nothing else.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleLantern } from './bundle.mjs';

const here = new URL('./', import.meta.url);
const app = new URL('../', here);
const ui = new URL('../lantern-ui/dist/', app);
const target = new URL('dist/package/', app);
const content = new URL('content/', target);

if (!existsSync(new URL('index.html', ui))) {
  console.error('The web UI is not built. Build it with: npx nx build @lantern/lantern-ui');
  process.exit(1);
}

rmSync(target, { recursive: true, force: true });
mkdirSync(new URL('dist/', content), { recursive: true });

const output = await bundleLantern(new URL('dist/', content), { entry: 'lantern.js' });

for (const file of ['lantern.cjs', 'start.cjs'])
  cpSync(new URL(file, here), new URL(`dist/${file}`, content));
cpSync(ui, new URL('web/', content), { recursive: true, filter: (path) => !path.endsWith('.map') });
cpSync(new URL('README.md', app), new URL('README.md', content));
cpSync(new URL('../../LICENSE', app), new URL('LICENSE', content));

/** The folders of the npm packages whose code is in the script. */
const packagesIn = (modules) =>
  new Set(modules.map((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]).filter(Boolean));

/** Their licences ask to come along. */
const licenceOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `License: ${license}` : readFileSync(`${folder}/${file}`, 'utf8').trim();
  return `${name} ${version}\n\n${text}\n`;
};

const modules = output.flatMap((chunk) => chunk.moduleIds ?? []);
writeFileSync(
  new URL('THIRD-PARTY-LICENSES', content),
  [...packagesIn(modules)]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(78)}\n\n`),
);

const { version, description, license } = JSON.parse(readFileSync(new URL('package.json', app), 'utf8'));
const manifest = {
  name: 'lantern-otel',
  version,
  description,
  license,
  keywords: ['opentelemetry', 'otlp', 'tracing', 'jaeger', 'loki', 'observability'],
  type: 'module',
  bin: { lantern: './dist/lantern.cjs', 'lantern-otel': './dist/lantern.cjs' },
  files: ['dist', 'web', 'THIRD-PARTY-LICENSES'],
  engines: { node: '>=24' },
};
writeFileSync(new URL('package.json', content), `${JSON.stringify(manifest, null, 2)}\n`);

const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', fileURLToPath(target)], {
    cwd: content,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  }),
);
console.log(`${fileURLToPath(new URL(packed.filename, target))} (${(packed.size / 1e6).toFixed(2)} MB)`);
