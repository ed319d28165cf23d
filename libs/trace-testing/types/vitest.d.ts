/** Part of Vitest's types that the kit uses: the workspace does not install Vitest, and a test of the package checks the real types. */
declare module 'vitest' {
  export const expect: {
    (value: unknown): { toMatchSnapshot(): void };
    extend(matchers: Readonly<Record<string, unknown>>): void;
    addSnapshotSerializer(serializer: {
      test: (value: unknown) => boolean;
      serialize: (value: unknown) => string;
    }): void;
  };

  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars -- as Vitest declares it
  export interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {}
}
