/** Number of turns of the event loop in which resolvers ran. */
let turn = 0;
let isScheduled = false;

/** Returns a mark for {@link turnsSince}. A promise that is settled in the same turn waited for no I/O and no timer. */
export const currentTurn = (): number => {
  if (!isScheduled) {
    isScheduled = true;
    setImmediate(() => {
      turn++;
      isScheduled = false;
    });
  }
  return turn;
};

export const turnsSince = (mark: number): number => turn - mark;
