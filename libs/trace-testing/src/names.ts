declare global {
  /**
   * Names of the system under test, for completion in an editor. A project declares its own. The interface is global, because a
   * module's interface cannot be extended where it is re-exported:
   *
   * ```ts
   * declare global {
   *   interface LanternTelemetryNames {
   *     service: 'api-gateway' | 'order-service';
   *     span: 'POST /orders' | 'calculate_total';
   *     attribute: 'user.id';
   *   }
   * }
   * ```
   */
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the projects that use it
  interface LanternTelemetryNames {}
}

/** Any text, with the declared names as completions. */
type Suggested<Key extends string, Known extends string = never> =
  | (LanternTelemetryNames extends Readonly<Record<Key, infer Name extends string>> ? Name : never)
  | Known
  | (string & {});

export type ServiceName = Suggested<'service'>;
export type SpanName = Suggested<'span'>;

/** Attributes of the semantic conventions that tests ask for most. */
type CommonAttribute =
  | 'code.function.name'
  | 'db.collection.name'
  | 'db.operation.name'
  | 'db.query.text'
  | 'db.system.name'
  | 'error.type'
  | 'http.request.method'
  | 'http.response.status_code'
  | 'http.route'
  | 'messaging.destination.name'
  | 'messaging.system'
  | 'rpc.method'
  | 'rpc.service'
  | 'server.address'
  | 'server.port'
  | 'url.full'
  | 'url.path'
  | 'user.id';

export type AttributeName = Suggested<'attribute', CommonAttribute>;
