import type { Operation } from '../trace-store.js';
import type { SpanSummary } from './summary.js';
import { CallPeriods } from './call-periods.js';
import type { BlockOperation } from './rows.js';

/** Name under which services beyond the limit are counted. */
export const OTHER_SERVICES = '(other services)';
/** Name under which operations of a service beyond the limit are counted. */
export const OTHER_OPERATIONS = '(other operations)';

/**
 * Limits on the services and operations that are counted separately. Every span is kept, found and counted regardless
 * of them.
 */
export interface CatalogLimits {
  readonly services: number;
  /** Limit for one service. Default: an OpenTelemetry SDK's cardinality limit of a metric. */
  readonly operationsOfService: number;
  /** Limit for all services together. */
  readonly operations: number;
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#cardinality-limits */
export const DEFAULT_CATALOG_LIMITS: CatalogLimits = {
  services: 5_000,
  operationsOfService: 2_000,
  operations: 20_000,
};

/** Operation of a service, present as long as a sealed block has a span of it. */
export interface CatalogOperation extends BlockOperation {
  /** First block that is counted here. Calls in older blocks are counted under {@link OTHER_SERVICES}. */
  readonly firstBlock: number;
  readonly periods: CallPeriods;
}

interface CatalogService {
  readonly name: string;
  readonly firstBlock: number;
  /** Operations by {@link operationKey}. */
  readonly operations: Map<string, CatalogOperation>;
}

/**
 * Services and operations of the sealed blocks, with the number of calls in each period. The services with the latest
 * spans are counted separately, up to a limit; the others are counted together.
 *
 * ```
 * limit of 2 services; blocks with spans of web, api, then batch
 * web     evicted      (other services)   the calls of web
 * api     its calls
 * batch   its calls
 * ```
 */
export class OperationCatalog {
  /** Services, least recently used first. */
  private readonly services = new Map<string, CatalogService>();
  private others: CatalogService = { name: OTHER_SERVICES, firstBlock: 0, operations: new Map() };
  private operationCount = 0;

  constructor(private readonly limits: CatalogLimits = DEFAULT_CATALOG_LIMITS) {}

  /** @param block greater than that of any block that was added before */
  add(block: number, { operations, operationPeriods }: SpanSummary): void {
    const used = new Map<string, CatalogService>();
    for (const { service } of operations) {
      if (!used.has(service)) used.set(service, this.use(service, block));
    }
    const targets = operations.map((operation) => this.target(block, operation, used.get(operation.service)));
    for (const cell of operationPeriods) targets[cell.operation]?.periods.add(cell);
    this.evictSurplus();
  }

  drop(block: number, { operations, operationPeriods }: SpanSummary): void {
    const counted = operations.map((operation) => this.countedAt(block, operation));
    for (const cell of operationPeriods) counted[cell.operation]?.operation.periods.add(cell, -1);
    for (const at of counted) if (at?.operation.periods.isEmpty) this.remove(at.service, at.operation);
  }

  /** Yields the names of all services, including {@link OTHER_SERVICES} if a service was evicted. */
  *serviceNames(): Generator<string> {
    yield* this.services.keys();
    if (this.others.operations.size > 0) yield OTHER_SERVICES;
  }

  /**
   * Returns the operations of a service, including {@link OTHER_OPERATIONS} of each kind if operations exceeded the
   * limit.
   */
  operations(service: string): Iterable<CatalogOperation> {
    const found = service === OTHER_SERVICES ? this.others : this.services.get(service);
    return found?.operations.values() ?? [];
  }

  private use(name: string, block: number): CatalogService {
    const service = this.services.get(name) ?? { name, firstBlock: block, operations: new Map() };
    // Moves the service to the end of the map: the least recently used one is evicted first.
    this.services.delete(name);
    this.services.set(name, service);
    return service;
  }

  private target(
    block: number,
    { name, kind }: BlockOperation,
    service: CatalogService = this.others,
  ): CatalogOperation {
    const known = service.operations.get(operationKey({ name, kind }));
    if (known) return known;
    const hasRoom = service.operations.size < this.limits.operationsOfService;
    return this.operation(service, { name: hasRoom ? name : OTHER_OPERATIONS, kind }, block);
  }

  private operation(
    { name: service, operations }: CatalogService,
    { name, kind }: Operation,
    block: number,
  ): CatalogOperation {
    const key = operationKey({ name, kind });
    let operation = operations.get(key);
    if (!operation) {
      operation = { service, name, kind, firstBlock: block, periods: new CallPeriods() };
      operations.set(key, operation);
      if (service !== OTHER_SERVICES) this.operationCount++;
    }
    return operation;
  }

  private evictSurplus(): void {
    // One iterator for all: a new one would pass the places of all services that were evicted or moved before.
    for (const oldest of this.services.values()) {
      const isOver =
        this.services.size > this.limits.services || this.operationCount > this.limits.operations;
      if (!isOver || this.services.size === 1) return;
      this.services.delete(oldest.name);
      this.operationCount -= oldest.operations.size;
      for (const { kind, periods } of oldest.operations.values()) {
        this.operation(this.others, { name: OTHER_OPERATIONS, kind }, 0).periods.addAll(periods);
      }
    }
  }

  /** Returns the entry under which {@link add} counted an operation of a block, or to which it was moved since. */
  private countedAt(
    block: number,
    { service: serviceName, name, kind }: BlockOperation,
  ): { readonly service: CatalogService; readonly operation: CatalogOperation } | undefined {
    const service = this.services.get(serviceName);
    const own = service && service.firstBlock <= block ? service : this.others;
    const named = own.operations.get(operationKey({ name, kind }));
    const operation =
      named && named.firstBlock <= block
        ? named
        : own.operations.get(operationKey({ name: OTHER_OPERATIONS, kind }));
    return operation && { service: own, operation };
  }

  private remove(service: CatalogService, operation: CatalogOperation): void {
    if (!service.operations.delete(operationKey(operation)) || service === this.others) return;
    this.operationCount--;
    if (service.operations.size === 0) this.services.delete(service.name);
  }
}

export const operationKey = ({ name, kind }: Operation): string => `${kind} ${name}`;

export const compareOperations = (a: Operation, b: Operation): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind;
