import { rm } from 'node:fs/promises';

export default async (): Promise<void> => {
  await globalThis.browserServer?.close();
  await globalThis.systemUnderTest?.stop();
  if (globalThis.rulesFolder !== undefined) await rm(globalThis.rulesFolder, { recursive: true });
};
