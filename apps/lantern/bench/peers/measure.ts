import { demand } from '../client.ts';
import { percentile } from '../figures.ts';

const WARM_UP_ROUNDS = 5;

/** A process that reports its CPU time. */
export interface Measured {
  cpuSeconds(): Promise<number>;
}

/** Returns the CPU seconds that a process uses during `work`. */
export const cpuOf = async (process: Measured, work: () => Promise<void>): Promise<number> => {
  const before = await process.cpuSeconds();
  await work();
  return (await process.cpuSeconds()) - before;
};

/** Returns the median time of a GET request, in milliseconds. */
export const medianMillis = async (urlOf: (round: number) => string, rounds: number): Promise<number> => {
  const millis: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    const reply = await demand(urlOf(round));
    if (round >= WARM_UP_ROUNDS) millis.push(reply.millis);
  }
  return percentile(millis, 0.5);
};
