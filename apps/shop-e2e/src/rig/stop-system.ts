export default async (): Promise<void> => {
  await globalThis.systemUnderTest?.stop();
  await globalThis.jaegerUnderTest?.stop();
};
