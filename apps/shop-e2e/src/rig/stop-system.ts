import { rm } from 'node:fs/promises';

export default async (): Promise<void> => {
  if (globalThis.systemUnderTest === undefined) return;
  const { system, folder } = globalThis.systemUnderTest;
  await system.stop();
  await rm(folder, { recursive: true });
};
