import { createServer } from 'node:net';

/** Ports of the system. 0 means any free port. */
export interface Ports {
  readonly gateway: number;
  readonly userService: number;
  readonly orderService: number;
  readonly ui: number;
  readonly otlp: number;
  readonly otlpGrpc: number;
  readonly loki: number;
  readonly prometheus: number;
  readonly sampling: number;
}

export const DEFAULT_PORTS: Ports = {
  gateway: 8080,
  userService: 8001,
  orderService: 8002,
  ui: 16686,
  otlp: 4318,
  otlpGrpc: 4317,
  loki: 3100,
  prometheus: 9090,
  sampling: 5778,
};

export const ANY_FREE_PORTS: Ports = {
  gateway: 0,
  userService: 0,
  orderService: 0,
  ui: 0,
  otlp: 0,
  otlpGrpc: 0,
  loki: 0,
  prometheus: 0,
  sampling: 0,
};

/** Option of `npm start` for each port, and the purpose of the port. */
export const PORT_OPTIONS: Readonly<Record<keyof Ports, { option: string; purpose: string }>> = {
  gateway: { option: 'gateway-port', purpose: 'the api-gateway' },
  userService: { option: 'user-service-port', purpose: 'the user-service' },
  orderService: { option: 'order-service-port', purpose: 'the order-service' },
  ui: { option: 'ui-port', purpose: "Lantern's web UI and Jaeger API" },
  otlp: { option: 'otlp-port', purpose: "Lantern's OTLP receiver over HTTP" },
  otlpGrpc: { option: 'otlp-grpc-port', purpose: "Lantern's OTLP receiver over gRPC" },
  loki: { option: 'loki-port', purpose: "Lantern's Loki API" },
  prometheus: { option: 'prometheus-port', purpose: "Lantern's Prometheus API" },
  sampling: { option: 'sampling-port', purpose: "Lantern's remote sampling" },
};

const isTaken = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(true));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(false)));
  });

/** Returns an error message for each taken port: its purpose, and how to choose another. */
export const takenPorts = async (ports: Ports): Promise<string[]> => {
  const names = Object.keys(PORT_OPTIONS) as (keyof Ports)[];
  const sentences = await Promise.all(
    names.map(async (name) => {
      const port = ports[name];
      if (port === 0 || !(await isTaken(port))) return undefined;
      const { option, purpose } = PORT_OPTIONS[name];
      return `Port ${port}, for ${purpose}, is taken. Choose another: npm start -- --${option} ${port + 1} (0 takes any free one).`;
    }),
  );
  return sentences.filter((sentence) => sentence !== undefined);
};
