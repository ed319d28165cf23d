/** Handlers of a microservice, as its server knows them. */
export interface HandlerTable {
  getHandlers(): ReadonlyMap<unknown, MessageHandler>;
  getHandlerByPattern(pattern: string): MessageHandler | null | undefined;
}

interface MessageHandler {
  isEventHandler?: boolean;
}

interface FoundHandler {
  /** Pattern as declared, `devices/+/temperature`. */
  pattern: string;
  isEvent: boolean;
}

/** Limit on the number of remembered destinations. A topic may hold an ID, so that there is no end of them. */
const MAX_DESTINATIONS = 1000;

/** Finds the handler of a destination once, not for each message: Nest parses and matches it anew each time. */
export class HandlerIndex {
  private readonly found = new Map<string, FoundHandler | undefined>();

  constructor(private readonly table: HandlerTable) {}

  find(destination: string | undefined): FoundHandler | undefined {
    if (destination === undefined) return undefined;
    if (this.found.has(destination)) return this.found.get(destination);
    if (this.found.size >= MAX_DESTINATIONS) this.found.clear();
    const handler = this.table.getHandlerByPattern(destination);
    const found = handler
      ? { pattern: this.patternOf(handler) ?? destination, isEvent: handler.isEventHandler === true }
      : undefined;
    this.found.set(destination, found);
    return found;
  }

  private patternOf(handler: MessageHandler): string | undefined {
    for (const [pattern, each] of this.table.getHandlers()) if (each === handler) return String(pattern);
    return undefined;
  }
}
