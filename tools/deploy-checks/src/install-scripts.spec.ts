import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { read, root } from './workspace.js';

describe('the installation of the workspace', () => {
  it('runs no install script of any package', () => {
    const answer = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { cwd: root, encoding: 'utf8' });
    expect(answer.trim()).toBe('true');
  });

  it('runs no install script of any package in an image', () => {
    const installs = read('docker/Dockerfile').match(/npm ci[^\n]*/g) ?? [];
    expect(installs.length).toBeGreaterThan(0);
    expect(installs.filter((command) => !command.includes('--ignore-scripts'))).toEqual([]);
  });
});
