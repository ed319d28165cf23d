/** Part of Playwright's types that the kit uses: the workspace does not install the runner, and a test of the package checks the real types. */
declare module '@playwright/test' {
  export interface Expect<Matchers = object> {
    (value: unknown): { toMatchSnapshot(): void };
    extend<More extends object>(matchers: More): Expect<Matchers & More>;
  }

  export const expect: Expect;

  export interface TestInfo {
    readonly status?: string;
    readonly expectedStatus: string;
    attach(
      name: string,
      attachment: { readonly body?: string; readonly path?: string; readonly contentType: string },
    ): Promise<void>;
    outputPath(...segments: readonly string[]): string;
  }

  /* eslint-disable @typescript-eslint/no-empty-object-type -- as Playwright declares them */
  export interface PlaywrightTestArgs {}
  export interface PlaywrightTestOptions {}
  export interface PlaywrightWorkerArgs {}
  export interface PlaywrightWorkerOptions {}

  type Fixture<Value> = [
    (fixtures: {}, use: (value: Value) => Promise<void>, info: TestInfo) => Promise<void>,
    { readonly auto?: boolean },
  ];

  export interface TestType<TestArgs extends {}, WorkerArgs extends {}> {
    extend<More extends {}>(fixtures: {
      [Name in keyof More]: Fixture<More[Name]>;
    }): TestType<TestArgs & More, WorkerArgs>;
  }
  /* eslint-enable @typescript-eslint/no-empty-object-type */

  export const test: TestType<
    PlaywrightTestArgs & PlaywrightTestOptions,
    PlaywrightWorkerArgs & PlaywrightWorkerOptions
  >;
}
