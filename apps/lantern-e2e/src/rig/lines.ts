interface LineOptions {
  readonly atMillis?: number;
  readonly level?: string;
  readonly traceId?: string;
}

/** Pushes lines of one stream to the Lantern under test. Resolves when every query finds them. */
export const pushLines = async (
  service: string,
  lines: readonly string[],
  { atMillis = Date.now(), level = 'info', traceId }: LineOptions = {},
): Promise<void> => {
  const values = lines.map((line, index) => [
    String(BigInt(atMillis) * 1_000_000n + BigInt(index)),
    line,
    { level, ...(traceId !== undefined && { trace_id: traceId }) },
  ]);
  const response = await fetch(`${process.env.LOKI_URL ?? ''}/loki/api/v1/push`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ streams: [{ stream: { service }, values }] }),
  });
  if (!response.ok) throw new Error(`Lantern refused lines: ${response.status} ${await response.text()}`);
};
