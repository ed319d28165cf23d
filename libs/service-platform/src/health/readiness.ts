import { Injectable } from '@nestjs/common';
import type { HealthIndicatorFunction } from '@nestjs/terminus';

/** What has to be well before a service asks for traffic. Modules add what they depend on. */
@Injectable()
export class Readiness {
  readonly checks: HealthIndicatorFunction[] = [];

  add(check: HealthIndicatorFunction): void {
    this.checks.push(check);
  }
}
