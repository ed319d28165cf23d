import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { ApiProblem } from '../problems/api-problem.decorator.js';
import { ProblemType } from '../problems/problem-type.js';
import { Readiness } from './readiness.js';

export const notReady = new ProblemType('not-ready', 503, 'Not ready');

const example = (value: object) => ({ schema: { type: 'object' as const, example: value } });

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly readiness: Readiness,
  ) {}

  /** Liveness checks no dependency: a restart of the service does not repair its database. */
  @Get('live')
  @ApiOperation({ summary: 'Liveness' })
  @ApiOkResponse(example({ status: 'ok' }))
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Readiness to receive requests' })
  @ApiOkResponse(example({ status: 'ok', details: { database: { status: 'up' } } }))
  @ApiProblem(503, 'A dependency is down, or the service is shutting down.')
  async ready(): Promise<Pick<HealthCheckResult, 'status' | 'details'>> {
    try {
      const { status, details } = await this.health.check(this.readiness.checks);
      return { status, details };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { status, error: down } = error.getResponse() as HealthCheckResult;
      throw notReady.occurred(
        status === 'shutting_down'
          ? 'The service is shutting down.'
          : `Down: ${Object.keys(down ?? {}).join(', ')}.`,
        { cause: error },
      );
    }
  }
}
