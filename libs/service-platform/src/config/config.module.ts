import { type DynamicModule, Module } from '@nestjs/common';

/** Injects the configuration into modules of this library, which do not know its class. */
export const CONFIG = Symbol('CONFIG');

/** Makes the configuration injectable everywhere, by its class. */
@Module({})
export class ConfigModule {
  static forRoot(config: object): DynamicModule {
    const byClass = { provide: config.constructor, useValue: config };
    return {
      module: ConfigModule,
      global: true,
      providers: [byClass, { provide: CONFIG, useValue: config }],
      exports: [byClass, CONFIG],
    };
  }
}
