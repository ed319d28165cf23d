/** A key that names a secret, with a literal value. Values that a template or a variable fills in start with $ or {. */
const LITERAL_SECRET = /(?:password|secret|token|api_?key)['"]?\s*[:=]\s*['"]?(?![$'"{}[\]\s])[^\s'",}]{6,}/i;

/** Keys that hold the name of a Kubernetes secret, and the demo password that never leaves the Compose network. */
const NO_SECRET = /existingSecret|tlsSecret|secretName|secretKeyRef|only-inside-compose/i;

/** YAML 1.2, section 6.6: a comment starts with `#` at the start of a line or after white space. */
const withoutComment = (line: string): string => line.replace(/(?:^|\s)#.*$/, '');

/** Returns the lines of a YAML, JSON or env file that hold a password, token or key in plain text. */
export const secretsIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => LITERAL_SECRET.test(withoutComment(line)) && !NO_SECRET.test(withoutComment(line)))
    .map((line) => line.trim());
