/** Content of an element: texts, never markup. */
export type Content = Node | string | undefined;

interface Properties {
  readonly className?: string;
  readonly title?: string;
  readonly onClick?: () => void;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** Creates an element. Strings become text nodes, so that no name and no line is parsed as HTML. */
export const element = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { className, title, onClick, attributes = {} }: Properties = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[K] => {
  const created = document.createElement(tag);
  if (className !== undefined) created.className = className;
  if (title !== undefined) created.title = title;
  if (onClick !== undefined) created.addEventListener('click', onClick);
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value);
  for (const part of content) if (part !== undefined) created.append(part);
  return created;
};

/** Creates a button that is named by its text. */
export const button = (text: string, onClick: () => void, className = ''): HTMLButtonElement =>
  element('button', { className, onClick, attributes: { type: 'button' } }, text);

/** Text of a sender. It is isolated, because it may change the direction of what follows. */
export const foreign = (text: string, className = ''): HTMLElement =>
  element('bdi', className === '' ? {} : { className }, visible(text));

/** Control characters of the bidirectional algorithm: invisible characters that reorder text. */
const BIDI_CONTROLS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Returns the text with every bidirectional control character as its code point, such as `⟨U+202E⟩`. */
export const visible = (text: string): string =>
  text.replace(
    BIDI_CONTROLS,
    (control) => `⟨U+${control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
