import type { SpanKind } from '@lantern/telemetry-model';
import type { Operation } from '../../trace-store.js';
import type { BlockSummary } from './block-summary.js';
import { CallPeriods } from './call-periods.js';
import type { BlockOperation } from './span-rows.js';

/** One operation of a service, as long as any sealed block has a span of it. */
export interface CatalogOperation extends BlockOperation {
  blockCount: number;
  readonly periods: CallPeriods;
}

/** Which services and operations the sealed blocks hold, and how many calls in each period. */
export class OperationCatalog {
  private readonly services = new Map<string, Map<string, CatalogOperation>>();

  add(summary: BlockSummary): CatalogOperation[] {
    const operations = summary.operations.map((operation) => this.operation(operation));
    for (const operation of operations) operation.blockCount++;
    for (const cell of summary.operationPeriods) operations[cell.operation]?.periods.add(cell);
    return operations;
  }

  drop(summary: BlockSummary): void {
    const operations = summary.operations.map((operation) => this.operation(operation));
    for (const cell of summary.operationPeriods) operations[cell.operation]?.periods.add(cell, -1);
    for (const operation of operations) if (--operation.blockCount <= 0) this.remove(operation);
  }

  serviceNames(): Iterable<string> {
    return this.services.keys();
  }

  operations(service: string): Iterable<CatalogOperation> {
    return this.services.get(service)?.values() ?? [];
  }

  private operation({ service, name, kind }: BlockOperation): CatalogOperation {
    let operations = this.services.get(service);
    if (!operations) {
      operations = new Map<string, CatalogOperation>();
      this.services.set(service, operations);
    }
    const key = operationKey({ name, kind });
    let operation = operations.get(key);
    if (!operation) {
      operation = { service, name, kind, blockCount: 0, periods: new CallPeriods() };
      operations.set(key, operation);
    }
    return operation;
  }

  private remove(operation: CatalogOperation): void {
    const operations = this.services.get(operation.service);
    operations?.delete(operationKey(operation));
    if (operations?.size === 0) this.services.delete(operation.service);
  }
}

export const operationKey = ({ name, kind }: { name: string; kind: SpanKind }): string => `${kind} ${name}`;

export const compareOperations = (a: Operation, b: Operation): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : a.kind - b.kind;
