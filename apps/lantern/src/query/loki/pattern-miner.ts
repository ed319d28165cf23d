/** Common pattern of lines, for example `POST /orders/<_> <_>ms`. A filter `|>` accepts it unchanged. */
export interface MinedPattern {
  readonly pattern: string;
  readonly level: string;
  readonly total: number;
  /** Number of lines at each step. */
  readonly counts: ReadonlyMap<number, number>;
}

interface Cluster {
  /** Words between the gaps. A word that differs from line to line is undefined. */
  readonly words: (string | undefined)[];
  readonly gaps: readonly string[];
  readonly level: string;
  readonly counts: Map<number, number>;
  total: number;
}

/** Separators of words: white space, quotes, brackets and punctuation between values. */
const GAP = /[\s"'`,;:=|(){}[\]]+/g;

/** Share of a cluster's constant words that a line must have to join it. */
const MIN_SIMILARITY = 0.5;

/** Limits on the clusters of one shape, and on the shapes. */
const MAX_CLUSTERS_OF_SHAPE = 50;
const MAX_SHAPES = 2_000;

/** Maximum length of a line that is mined, in characters. */
const LOOKED_AT = 3_000;

/** Words that vary: those with digits, and those with `<`, which would begin a wildcard. */
const VARIES = /[\d<]/;

/**
 * Sorts lines into patterns one by one: lines of one shape (the same text between as many words) whose words are
 * mostly the same share a pattern, and the words that differ become `<_>`. After the idea of Drain.
 *
 * @see https://jiemingzhu.github.io/pub/pjhe_icws2017.pdf
 */
export class PatternMiner {
  private readonly shapes = new Map<string, Cluster[]>();

  add(line: string, level: string, step: number): void {
    if (line.length > LOOKED_AT || line === '') return;
    const gaps = line.match(GAP) ?? [];
    const words = line.split(GAP).map((word) => (VARIES.test(word) ? undefined : word));
    // A wildcard is at least one character: it cannot be empty at the beginning or the end.
    const ends = [words[0], words.at(-1)].map((word) => (word === '' ? '' : 'word'));
    const shape = [level, ...ends, ...gaps].join('\u0000');
    let clusters = this.shapes.get(shape);
    if (clusters === undefined) {
      if (this.shapes.size === MAX_SHAPES) return;
      this.shapes.set(shape, (clusters = []));
    }
    let cluster = nearest(clusters, words);
    if (cluster) merge(cluster, words);
    else {
      if (clusters.length === MAX_CLUSTERS_OF_SHAPE) return;
      clusters.push((cluster = { words, gaps, level, counts: new Map(), total: 0 }));
    }
    cluster.total++;
    cluster.counts.set(step, (cluster.counts.get(step) ?? 0) + 1);
  }

  /** The most frequent first. */
  patterns(limit: number): MinedPattern[] {
    return Array.from(this.shapes.values())
      .flat()
      .map((cluster) => ({ ...cluster, pattern: patternOf(cluster) }))
      .filter(({ pattern }) => /[^<_>\s]/.test(pattern))
      .sort((a, b) => b.total - a.total || (a.pattern < b.pattern ? -1 : 1))
      .slice(0, limit);
  }
}

const nearest = (
  clusters: readonly Cluster[],
  words: readonly (string | undefined)[],
): Cluster | undefined => {
  let best: Cluster | undefined;
  let bestSimilarity = MIN_SIMILARITY;
  for (const cluster of clusters) {
    let same = 0;
    let constant = 0;
    for (const [index, word] of cluster.words.entries()) {
      // Beginning and end may be empty; that is no likeness.
      if (word === undefined || word === '') continue;
      constant++;
      if (word === words[index]) same++;
    }
    const similarity = constant === 0 ? 1 : same / constant;
    if (similarity < bestSimilarity) continue;
    best = cluster;
    bestSimilarity = similarity;
  }
  return best;
};

const merge = (cluster: Cluster, words: readonly (string | undefined)[]): void => {
  for (const [index, word] of cluster.words.entries()) {
    if (word !== undefined && word !== words[index]) cluster.words[index] = undefined;
  }
};

const patternOf = ({ words, gaps }: Cluster): string =>
  words.map((word, index) => (word ?? '<_>') + (gaps[index] ?? '')).join('');
