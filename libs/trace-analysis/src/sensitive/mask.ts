import { isSecretName } from './secret-names.js';
import { isMasked, maskSecrets } from './secrets.js';

const MASK = '***';

/** Returns the value of a field with its secrets masked: all of it if the field has the name of a secret. */
export const maskField = (name: string, value: string): string =>
  value !== '' && isSecretName(name) && !isMasked(value) ? MASK : maskText(value);

/**
 * Masks secrets by their form (tokens, keys, card numbers, …), and values behind the name of a secret: parameters of URLs
 * and logfmt (`api_key=…`), and members of JSON (`"password": "…"`), also of JSON within a string.
 */
export const maskText = (text: string): string => maskMembers(maskAssignments(maskSecrets(text)));

const maskAssignments = (text: string): string =>
  text.includes('=')
    ? text.replaceAll(ASSIGNMENT, (match, name: string, value: string) =>
        isSecretName(name) && !isMasked(value) ? `${name}=${MASK}` : match,
      )
    : text;

/** `name=value`. The value ends where a URL, a shell or logfmt would end it. */
const ASSIGNMENT = /([\w.-]{2,80})=("(?:[^"\\]|\\.)*"|[^\s&;,"'`<>()[\]{}]+)/g;

const maskMembers = (text: string): string =>
  text.includes('":')
    ? text.replaceAll(JSON_MEMBER, (match, quote: string, name: string, gap: string, value: string) => {
        if (isSecretName(name) && !isMasked(value))
          return `${quote}${name}${quote}${gap}${quote}${MASK}${quote}`;
        // The value may be JSON as a string.
        return `${quote}${name}${quote}${gap}${maskMembers(value)}`;
      })
    : text;

/** Member of a JSON object, but for objects and lists. Within strings, quotation marks have backslashes before them. */
const JSON_MEMBER = /(?<!\\)(\\*")([\w.-]{2,80})\1(\s*:\s*)(\1[\s\S]*?(?<!\\)\1|[\w.+-]+)/g;
