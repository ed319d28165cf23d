import { lineAndColumn, type Position } from './syntax/position.js';

export type AnnotationLevel = 'warning' | 'info';

interface Annotation {
  readonly level: AnnotationLevel;
  readonly text: string;
  readonly position: Position;
  /** Text that is appended at the end, when all occurrences are known. */
  details?: AnnotationDetails;
}

/** Details of an annotation that occurred several times. */
export interface AnnotationDetails {
  merge(other: AnnotationDetails): void;
  toString(): string;
}

/** Annotations as an answer has them. */
export interface AnnotationTexts {
  readonly warnings: string[];
  readonly infos: string[];
}

/** Warnings and infos of a query, each text once, with the position of its first occurrence. */
export class Annotations {
  private readonly byText = new Map<string, Annotation>();

  warn(text: string, position: Position): void {
    this.add('warning', text, position);
  }

  inform(text: string, position: Position, details?: AnnotationDetails): void {
    this.add('info', text, position, details);
  }

  private add(level: AnnotationLevel, text: string, position: Position, details?: AnnotationDetails): void {
    const known = this.byText.get(text);
    if (known === undefined)
      this.byText.set(text, { level, text, position, ...(details ? { details } : {}) });
    else if (details) known.details?.merge(details);
  }

  get isEmpty(): boolean {
    return this.byText.size === 0;
  }

  /**
   * Returns the texts with their positions, as Prometheus words them.
   *
   * @param limit maximum number of each level. The number of omitted ones follows. 0 for no limit
   */
  texts(query: string, limit = 0): AnnotationTexts {
    const texts: AnnotationTexts = { warnings: [], infos: [] };
    const omitted = { warning: 0, info: 0 };
    for (const { level, text, position, details } of this.byText.values()) {
      const list = level === 'warning' ? texts.warnings : texts.infos;
      if (limit > 0 && list.length >= limit) omitted[level]++;
      else {
        const place = lineAndColumn(query, position.start);
        list.push(`PromQL ${level}: ${text}${details?.toString() ?? ''} (${place})`);
      }
    }
    if (omitted.warning > 0) texts.warnings.push(`${omitted.warning} more warning annotations omitted`);
    if (omitted.info > 0) texts.infos.push(`${omitted.info} more info annotations omitted`);
    return texts;
  }
}
