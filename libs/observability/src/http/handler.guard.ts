import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { currentRequest } from './served-request.js';

/**
 * Notes which controller and handler serve the request. A guard that answers at once costs next to nothing; an
 * interceptor would put an Observable around every handler.
 */
@Injectable()
export class HandlerGuard implements CanActivate {
  canActivate(execution: ExecutionContext): true {
    if (execution.getType() === 'http') {
      const request = currentRequest();
      if (request) request.handler = `${execution.getClass().name}.${execution.getHandler().name}`;
    }
    return true;
  }
}
