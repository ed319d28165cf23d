/** Code of a part of the UI did not arrive: Lantern does not answer, or was updated since this page was loaded. */
export class CodeLoadError extends Error {
  override readonly name = 'CodeLoadError';
}

/** Makes the failure of a dynamic import recognizable: each browser words it differently. */
export const loadCode =
  <Module>(load: () => Promise<Module>) =>
  async (): Promise<Module> => {
    try {
      return await load();
    } catch (cause) {
      throw new CodeLoadError('The code of this page could not be loaded.', { cause });
    }
  };
