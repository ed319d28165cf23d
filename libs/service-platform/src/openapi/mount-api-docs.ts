import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** Head of a service's OpenAPI document. */
export interface ApiInfo {
  readonly title: string;
  readonly description: string;
}

/** Serves the OpenAPI page at `/docs` and the document itself at `/docs-json`. */
export const mountApiDocs = (app: INestApplication, { title, description }: ApiInfo): void => {
  const info = new DocumentBuilder().setTitle(title).setDescription(description).setVersion('1').build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, info));
};
