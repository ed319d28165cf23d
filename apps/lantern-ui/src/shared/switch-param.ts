/** Whether a URL parameter enables something. The UI writes `1`; people and other tools write `true`. */
export const isOn = (value: string | null): boolean => value === '1' || value === 'true';
