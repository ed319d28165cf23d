import { expect, it } from '@jest/globals';
import { describeWithProgram } from './describe-with-program.js';
import { run } from './programs.js';
import { files, read, root } from './workspace.js';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installPrometheus = 'Debian: apt-get install prometheus; elsewhere https://prometheus.io/download';

describeWithProgram(
  'promtool',
  'Prometheus’ own checks',
  (promtool) => {
    it.each(files('docker/prometheus/rules/*.yml'))('%s contains valid rules', (path) => {
      expect(run(promtool, ['check', 'rules', path])).toContain('SUCCESS');
    });

    it.each(files('docker/prometheus/tests/*.test.yml'))('%s passes', (path) => {
      expect(run(promtool, ['test', 'rules', path])).toContain('SUCCESS');
    });

    it('docker/prometheus/prometheus.yml is a valid configuration', () => {
      const folder = mkdtempSync(join(tmpdir(), 'lantern-prometheus-'));
      try {
        // Path of the rules inside the container.
        const here = read('docker/prometheus/prometheus.yml').replace(
          '/etc/prometheus/rules',
          join(root, 'docker/prometheus/rules'),
        );
        writeFileSync(join(folder, 'prometheus.yml'), here);
        expect(run(promtool, ['check', 'config', join(folder, 'prometheus.yml')])).toContain(
          'SUCCESS: 2 rule files',
        );
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  },
  installPrometheus,
);

describeWithProgram(
  'amtool',
  'Alertmanager’s own checks',
  (amtool) => {
    it('docker/alertmanager/alertmanager.yml is a valid configuration', () => {
      expect(run(amtool, ['check-config', 'docker/alertmanager/alertmanager.yml'])).toContain('SUCCESS');
    });
  },
  'Debian: apt-get install prometheus-alertmanager; elsewhere https://prometheus.io/download',
);
