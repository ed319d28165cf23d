/** Highlighted range of a text. Ranges are sorted and do not overlap. */
export interface TextMark {
  readonly from: number;
  readonly to: number;
  readonly kind: 'key' | 'operator' | 'keyword' | 'value' | 'plain';
}

/** Invalid range of a text, with the reason. */
export interface TextProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

export interface TextPiece {
  readonly text: string;
  readonly from: number;
  readonly kind: TextMark['kind'];
  readonly isWrong: boolean;
}

/** Splits a text at the edges of marks and of the problem. Joined, the pieces are the text. */
export const piecesOf = (
  text: string,
  marks: readonly TextMark[],
  problem: TextProblem | undefined,
): TextPiece[] => {
  const cuts = [...marks, ...(problem === undefined ? [] : [problem])].flatMap(({ from, to }) => [from, to]);
  const places = [...new Set([0, ...cuts, text.length])]
    .filter((at) => at <= text.length)
    .sort((a, b) => a - b);
  return places.slice(0, -1).map((from, index) => {
    const to = places[index + 1] ?? text.length;
    const mark = marks.find((candidate) => candidate.from <= from && to <= candidate.to);
    return {
      text: text.slice(from, to),
      from,
      kind: mark?.kind ?? 'plain',
      isWrong: problem !== undefined && problem.from <= from && to <= problem.to,
    };
  });
};
