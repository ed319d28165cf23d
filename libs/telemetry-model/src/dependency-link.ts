/** Calls from one service to another, counted per called span. */
export interface DependencyLink {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  /** How many of the calls ended with status ERROR on the called side. */
  readonly errorCount: number;
}
