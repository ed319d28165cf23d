// `npm run kill-test`: fifty kills under load, half of them with `power` durability.
import { rmSync } from 'node:fs';
import { killRounds } from './kill-rounds.js';
import { TemporaryFolders } from './temporary-folders.js';

const kills = Number(process.argv[2] ?? 50);
const folders = new TemporaryFolders();
process.on('exit', () => folders.remove());
for (const durability of ['process', 'power'] as const) {
  const folder = folders.next();
  const result = await killRounds(folder, Math.ceil(kills / 2), durability);
  process.stdout.write(
    `${durability}: ${result.kills} kills, ${result.acknowledged} requests acknowledged, ` +
      `${result.unacknowledged} more there, ${result.faults.length} faults\n`,
  );
  for (const fault of result.faults) process.stdout.write(`  ${fault}\n`);
  if (result.faults.length > 0) process.exitCode = 1;
  rmSync(folder, { recursive: true });
}
