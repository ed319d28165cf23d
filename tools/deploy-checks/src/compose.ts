import { readYaml } from './workspace.js';

export interface ComposeService {
  readonly image?: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile: string;
    readonly target: string;
    readonly args: Readonly<Record<string, string>>;
  };
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[] | Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly volumes?: readonly (string | { readonly source: string; readonly target: string })[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
}

export const compose = readYaml<Compose>('docker/compose.yaml');

export const PROFILES = ['stack', 'lantern'] as const;

/** Returns the services that start with a profile: those with this profile, and those without any. */
export const servicesOf = (profile: string): [string, ComposeService][] =>
  Object.entries(compose.services).filter(
    ([, { profiles }]) => profiles === undefined || profiles.includes(profile),
  );

/** Networks of a service, each with the host names of the service. */
export const namesByNetwork = (name: string, { networks }: ComposeService): ReadonlyMap<string, string[]> =>
  new Map(
    Array.isArray(networks)
      ? (networks as string[]).map((network) => [network, [name]])
      : Object.entries(networks as Record<string, { aliases?: string[] }>).map(([network, { aliases }]) => [
          network,
          [name, ...(aliases ?? [])],
        ]),
  );

/** Resolves a host name inside a profile, from another service. Undefined if no service has the name. */
export const resolve = (profile: string, from: string, host: string): string | undefined => {
  const seeker = compose.services[from];
  if (!seeker) return undefined;
  const networks = new Set(namesByNetwork(from, seeker).keys());
  return servicesOf(profile).find(([name, service]) =>
    [...namesByNetwork(name, service)].some(
      ([network, names]) => networks.has(network) && names.includes(host),
    ),
  )?.[0];
};
