const url = (variable: string): string => {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is not set: run the suite through \`nx e2e\`.`);
  return value.replace(/\/$/, '');
};

/** URLs of the system under test. */
export const environment = {
  gateway: url('GATEWAY_URL'),
  jaeger: url('JAEGER_URL'),
  loki: url('LOKI_URL'),
};
