/**
 * Parts of an output that differ from run to run: `…` stands for any text; times, durations and ids stand for others of
 * their kind.
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
 * Compares outputs with those that a document promises. An id of the document stands for the same id of the real outputs
 * in the whole document, as for a reader who replaces the printed trace id by the own one.
 */
export class ExpectedOutputs {
  private readonly actualIds = new Map<string, string>();

  /** The command with the real ids in place of the document's. */
  commandOf(text: string): string {
    return text.replaceAll(VARIABLE, (part) => this.actualIds.get(part) ?? part);
  }

  /** Returns whether the output is the promised one. Learns the ids of an output that is. */
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
