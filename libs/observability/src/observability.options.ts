import { ConfigurableModuleBuilder } from '@nestjs/common';

/** Everything is optional: `ObservabilityModule.forRoot()` reads the rest from the environment. */
export interface ObservabilityOptions {
  /** Write one log line for each request. Default: true. */
  accessLog?: boolean;
  /**
   * How long the last lifecycle hook may take to send what is still held, in milliseconds. Default: 5000.
   */
  shutdownTimeoutMillis?: number;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: OBSERVABILITY_OPTIONS } =
  new ConfigurableModuleBuilder<ObservabilityOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createObservabilityOptions')
    .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
    .build();
