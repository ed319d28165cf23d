import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { Service } from '../service.js';

/** Serves the OpenAPI page at `/docs` and the document itself at `/docs-json`. */
export function mountApiDocs(app: INestApplication, service: Pick<Service, 'name' | 'description'>): void {
  const info = new DocumentBuilder()
    .setTitle(service.name)
    .setDescription(service.description)
    .setVersion('1')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, info));
}
