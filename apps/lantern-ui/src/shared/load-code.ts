/** Error of a dynamic import: Lantern does not answer, or was updated after the page was loaded. */
export class CodeLoadError extends Error {
  override readonly name = 'CodeLoadError';
}

/** Converts the error of a dynamic import, which every browser words differently. */
export const loadCode =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    try {
      return await load();
    } catch (cause) {
      throw new CodeLoadError('The code of this page could not be loaded.', { cause });
    }
  };
