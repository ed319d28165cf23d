import type { HttpServer } from '@nestjs/common';

/** Route as it is declared, prefix and version included. */
export interface DeclaredRoute {
  method: string;
  path: string;
}

const methods = ['get', 'post', 'put', 'delete', 'patch', 'options', 'head'] as const;

/**
 * Records the routes that are registered with the adapter until the returned function is called, which returns them.
 * Nest keeps no list of its own unless it takes a snapshot of the application. Routes for every method are left out.
 */
export const noteRoutes = (adapter: HttpServer): (() => DeclaredRoute[]) => {
  const routes: DeclaredRoute[] = [];
  const restore = methods.map((method) => {
    const own = Object.getOwnPropertyDescriptor(adapter, method);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its `this` below
    const register = adapter[method] as (...args: unknown[]) => unknown;
    const noting = (...args: unknown[]): unknown => {
      if (typeof args[0] === 'string' && args.length > 1) {
        routes.push({ method: method.toUpperCase(), path: args[0] });
      }
      return register.apply(adapter, args);
    };
    Object.defineProperty(adapter, method, { value: noting, configurable: true, writable: true });
    return () => {
      if (own) Object.defineProperty(adapter, method, own);
      else Reflect.deleteProperty(adapter, method);
    };
  });
  return () => {
    for (const each of restore) each();
    restore.length = 0;
    return routes;
  };
};
