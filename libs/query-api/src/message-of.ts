/** What a caught value says about itself. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
