import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/**
 * Pattern of an ID: opaque to clients, and safe in a URL path without escaping
 * (RFC 3986, section 2.3, unreserved characters without `.` and `~`, so that `..` is not an ID).
 */
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export const ID_RULE = '1 to 64 letters, digits, "-" or "_"';

/** Path parameter `:id` of a route. */
export class IdParam {
  @ApiProperty({ pattern: ID_PATTERN.source, example: '1' })
  @Matches(ID_PATTERN, { message: `id must be ${ID_RULE}` })
  id!: string;
}
