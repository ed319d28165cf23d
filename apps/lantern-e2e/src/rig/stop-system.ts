export default async (): Promise<void> => {
  await globalThis.browserServer?.close();
  await globalThis.systemUnderTest?.stop();
};
