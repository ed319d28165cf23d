import { describe, expect, it } from '@jest/globals';
import { secretsIn } from './secrets.js';
import { files, parseYaml, read, readJson } from './workspace.js';

const yamlFiles = files('docker/**/*.{yml,yaml}', 'deploy/**/*.{yml,yaml}', '.github/workflows/*.yml').filter(
  // Templates of Helm; the suite of the chart reads the rendered YAML.
  (path) => !path.includes('/templates/'),
);

describe('the files of docker/ and deploy/', () => {
  it.each(yamlFiles)('%s is YAML without duplicate keys', (path) => {
    expect(parseYaml(read(path), path)).not.toEqual([]);
  });

  it.each(files('docker/**/*.json', 'deploy/**/*.json'))('%s is JSON', (path) => {
    expect(readJson(path)).toBeInstanceOf(Object);
  });

  it('contain no password, token or key in plain text', () => {
    const paths = files(
      'docker/**/*.{yml,yaml,json,env,example}',
      'docker/.env',
      'deploy/**/*.{yml,yaml,json}',
    );
    expect(paths.flatMap((path) => secretsIn(read(path)).map((line) => `${path}: ${line}`))).toEqual([]);
  });
});
