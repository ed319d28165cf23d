import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import type { InvalidField } from '@lantern/service-contracts';
import type { ValidationError } from 'class-validator';
import { ProblemType } from './problem-type.js';

export const invalidRequest = new ProblemType('invalid-request', 400, 'Invalid request');

class InvalidValue extends Error {
  constructor(readonly errors: ValidationError[]) {
    super('invalid value');
  }
}

/**
 * Validates bodies, path parameters and queries with the decorators of their DTO classes. Unknown fields are rejected, so
 * that a misspelled one is not silently ignored.
 */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new InvalidValue(errors),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && !isJsonObject(value)) {
      throw invalidRequest.occurred('The body must be a JSON object.');
    }
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      const errors = error.errors.flatMap((invalid) => describe(invalid, metadata.type));
      const part = metadata.type === 'body' ? 'body' : metadata.type === 'query' ? 'query' : 'path';
      throw invalidRequest.occurred(
        `The ${part} has ${errors.length === 1 ? '1 invalid field' : `${errors.length} invalid fields`}.`,
        { errors },
      );
    }
  }
}

const isJsonObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (
  error: ValidationError,
  part: ArgumentMetadata['type'],
  parents: readonly string[] = [],
): InvalidField[] => {
  const path = [...parents, error.property];
  const place = part === 'body' ? { pointer: toPointer(path) } : { parameter: path.join('.') };
  return [
    ...Object.values(error.constraints ?? {}).map((detail) => ({ detail, ...place })),
    ...(error.children ?? []).flatMap((child) => describe(child, part, path)),
  ];
};

/** Converts a path to a JSON pointer: RFC 6901, sections 3 and 6. */
const toPointer = (path: readonly string[]) =>
  `#${path.map((name) => `/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`;
