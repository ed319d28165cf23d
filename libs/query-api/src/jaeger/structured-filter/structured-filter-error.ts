import { BadRequest } from '../../bad-request.js';

/** The filter cannot be used. The message begins with the place in it: `args[1].call.args[0].field: …`. */
export class StructuredFilterError extends BadRequest {
  constructor(path: string, reason: string) {
    super(path === '' ? reason : `${path}: ${reason}`);
  }
}
