import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Injectable,
  Logger,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { PROBLEM_MEDIA_TYPE } from '@lantern/service-contracts';
import { toDocument, toProblem } from './problem-details.js';

/** Responds to every error of a request with problem details, and logs unexpected errors. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: unknown, context: ArgumentsHost): void {
    const { httpAdapter } = this.host;
    const request: unknown = context.switchToHttp().getRequest();
    const response: unknown = context.switchToHttp().getResponse();

    if (!(error instanceof HttpException)) {
      this.logger.error('A request failed', { err: error });
    }
    if (httpAdapter.isHeadersSent(response)) return;

    const problem = toProblem(error);
    const url = httpAdapter.getRequestUrl(request) as string;
    httpAdapter.setHeader(response, 'Content-Type', PROBLEM_MEDIA_TYPE);
    httpAdapter.reply(response, toDocument(problem, url), problem.status);
  }
}
