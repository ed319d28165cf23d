import { describe, expect, it } from '@jest/globals';
import { files, parseYaml, read, readJson } from './workspace.js';

const yamlFiles = files('docker/**/*.{yml,yaml}', 'deploy/**/*.{yml,yaml}', '.github/workflows/*.yml').filter(
  // Helm makes YAML of these; the suite of the chart reads what it made.
  (path) => !path.includes('/templates/'),
);

describe('the files of docker/ and deploy/', () => {
  it.each(yamlFiles)('%s is YAML in which no key stands twice', (path) => {
    expect(parseYaml(read(path), path)).not.toEqual([]);
  });

  it.each(files('docker/**/*.json', 'deploy/**/*.json'))('%s is JSON', (path) => {
    expect(readJson(path)).toBeInstanceOf(Object);
  });

  it('say no password, token or key', () => {
    const secrets = /(?:password|secret|token|api_?key)['"]?\s*[:=]\s*['"]?(?![$'"{}\s])[\w+/-]{6,}/i;
    const found = files(
      'docker/**/*.{yml,yaml,json,env,example}',
      'docker/.env',
      'deploy/**/*.{yml,yaml,json}',
    )
      .flatMap((path) =>
        read(path)
          .split('\n')
          .map((line) => `${path}: ${line.trim()}`),
      )
      .filter(
        (line) =>
          secrets.test(line) &&
          !/existingSecret|tlsSecret|secretName|secretKeyRef|#|only-inside-compose/i.test(line),
      );
    expect(found).toEqual([]);
  });
});
