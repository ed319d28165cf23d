import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** Media type of problem details: RFC 9457, section 3. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** One validation error of a request. */
export class InvalidField {
  @ApiProperty({ description: 'What the value has to be.', example: 'quantity must not be less than 1' })
  detail!: string;

  @ApiPropertyOptional({
    description: 'Where it stands in the body: a JSON Pointer (RFC 6901) as a URI fragment.',
    example: '#/quantity',
  })
  pointer?: string;

  @ApiPropertyOptional({ description: 'The path or query parameter it stands in.', example: 'limit' })
  parameter?: string;
}

/** Body of every error response of the shop (RFC 9457). */
export class ProblemDetails {
  @ApiProperty({
    format: 'uri-reference',
    description: 'Names the kind of problem; `about:blank` where the status says it all.',
    example: 'urn:lantern:problem:invalid-request',
  })
  type!: string;

  @ApiProperty({ description: 'The same words for every problem of this type.', example: 'Invalid request' })
  title!: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;

  @ApiProperty({ description: 'What went wrong this time.', example: 'The body has 1 invalid field.' })
  detail!: string;

  @ApiProperty({ format: 'uri-reference', description: 'The path that was asked for.', example: '/orders' })
  instance!: string;

  @ApiPropertyOptional({
    description: 'The trace of the request: 32 hex digits. Absent where nothing was traced.',
    example: '80f198ee56343ba864fe8b2a57d3eff7',
  })
  trace_id?: string;

  @ApiPropertyOptional({ type: [InvalidField], description: 'Every field that was found wrong.' })
  errors?: InvalidField[];
}
