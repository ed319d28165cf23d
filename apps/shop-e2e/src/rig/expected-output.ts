/**
 * Variable parts of an output: `…` matches any text; a time, a duration or an ID matches any other of its kind.
 */
const VARIABLE =
  /(?<any>…)|(?<uuid>\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b)|(?<id>\b(?:[\da-f]{32}|[\da-f]{16})\b)|(?<time>\b\d{4}-\d\d-\d\dT[\d:.]+Z)|(?<duration>\b\d+(?:\.\d+)? ?m?s\b)|(?<home>\/home\/ada\/lantern)/gu;

const PATTERNS = {
  any: '[^]*?',
  time: String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`,
  duration: String.raw`\d+(?:\.\d+)? ?m?s`,
  home: String.raw`\S*`,
} as const;

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/**
 * Compares outputs with those of a document. Each ID of the document stands for one actual ID in the whole document, as for
 * a reader who replaces the printed trace ID by their own.
 */
export class ExpectedOutputs {
  private readonly actualIds = new Map<string, string>();

  /** Returns the command with the actual IDs. */
  commandOf(text: string): string {
    return text.replaceAll(VARIABLE, (part) => this.actualIds.get(part) ?? part);
  }

  /** Returns whether an output matches, and remembers the actual IDs of one that does. */
  match(promised: string, output: string): boolean {
    const newIds = new Map<string, string>();
    let pattern = '';
    let end = 0;
    for (const { 0: part, index, groups = {} } of promised.matchAll(VARIABLE)) {
      pattern += literal(promised.slice(end, index)) + this.patternOf(part, groups, newIds);
      end = index + part.length;
    }
    pattern += literal(promised.slice(end));
    const match = new RegExp(`^${pattern}$`, 'u').exec(output);
    if (match === null) return false;
    for (const [id, group] of newIds) this.actualIds.set(id, match.groups?.[group] ?? id);
    return true;
  }

  private patternOf(
    part: string,
    groups: Readonly<Record<string, string | undefined>>,
    newIds: Map<string, string>,
  ): string {
    for (const kind of ['any', 'time', 'duration', 'home'] as const) {
      if (groups[kind] !== undefined) return PATTERNS[kind];
    }
    const known = this.actualIds.get(part);
    if (known !== undefined) return known;
    const group = newIds.get(part);
    if (group !== undefined) return String.raw`\k<${group}>`;
    const name = `id${newIds.size}`;
    newIds.set(part, name);
    return `(?<${name}>[-\\da-f]{${part.length}})`;
  }
}
