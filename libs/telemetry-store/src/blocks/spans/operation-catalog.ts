import type { SpanKind } from '@lantern/telemetry-model';
import type { Operation } from '../../trace-store.js';
import type { BlockSummary, PeriodCell } from './block-summary.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { BlockOperation } from './span-rows.js';

/** One operation of a service, as long as any sealed block has a span of it. */
export interface CatalogOperation extends BlockOperation {
  blockCount: number;
  readonly periods: Map<number, PeriodCell>;
}

/** Which services and operations the sealed blocks hold, and how many calls in each period. */
export class OperationCatalog {
  private readonly services = new Map<string, Map<string, CatalogOperation>>();

  add(summary: BlockSummary): CatalogOperation[] {
    const operations = summary.operations.map((operation) => this.operation(operation));
    for (const operation of operations) operation.blockCount++;
    for (const { operation, period, calls, errors, latency } of summary.operationPeriods) {
      const periods = operations[operation]?.periods;
      let cell = periods?.get(period);
      if (!cell) {
        cell = { period, calls: 0, errors: 0, latency: new LatencyHistogram() };
        periods?.set(period, cell);
      }
      cell.calls += calls;
      cell.errors += errors;
      cell.latency.addAll(latency);
    }
    return operations;
  }

  drop(summary: BlockSummary): void {
    const operations = summary.operations.map((operation) => this.operation(operation));
    for (const { operation, period, calls, errors, latency } of summary.operationPeriods) {
      const periods = operations[operation]?.periods;
      const cell = periods?.get(period);
      if (!cell) continue;
      cell.calls -= calls;
      cell.errors -= errors;
      cell.latency.addAll(latency, -1);
      if (cell.calls === 0) periods?.delete(period);
    }
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
      operation = { service, name, kind, blockCount: 0, periods: new Map() };
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
