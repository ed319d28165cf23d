import { afterAll, describe, expect, it } from '@jest/globals';
import { killRounds } from './testing/kill-rounds.js';
import { TemporaryFolders } from './testing/temporary-folders.js';

const folders = new TemporaryFolders();

afterAll(() => folders.remove());

describe('Process that is killed while it writes', () => {
  it.each(['process', 'power'] as const)(
    'has lost nothing that it acknowledged, and has nothing twice, with durability %s',
    async (durability) => {
      const { acknowledged, faults } = await killRounds(folders.next(), 3, durability);
      expect(faults).toEqual([]);
      expect(acknowledged).toBeGreaterThan(10);
    },
  );
});
