import { JsonScanner } from '@lantern/logql';

/** Labels, and structured metadata of each entry, with every value as text. */
export interface StreamTexts {
  readonly labels: LabelTexts;
  readonly metadata: readonly (LabelTexts | undefined)[];
}

type LabelTexts = Readonly<Record<string, string>>;

/**
 * Reads the labels of a push once more, as the texts that they were written with: a number keeps every digit, and a
 * list or object its JSON. `JSON.parse` has lost that.
 *
 * @param json has been parsed without an error before
 */
export const readLabelTexts = (json: string): readonly StreamTexts[] => {
  const scanner = new JsonScanner();
  scanner.start(json);
  let streams: StreamTexts[] = [];
  eachField(scanner, (key) => {
    if (key !== 'streams' || scanner.kind() !== 'array') return;
    streams = [];
    eachItem(scanner, () => streams.push(readStream(scanner)));
  });
  return streams;
};

const readStream = (scanner: JsonScanner): StreamTexts => {
  let labels: LabelTexts = {};
  let metadata: (LabelTexts | undefined)[] = [];
  eachField(scanner, (key) => {
    if (key === 'stream') labels = readTexts(scanner);
    else if (key === 'values' && scanner.kind() === 'array') {
      metadata = [];
      eachItem(scanner, () => metadata.push(readMetadata(scanner)));
    }
  });
  return { labels, metadata };
};

/** The third item of an entry. */
const readMetadata = (scanner: JsonScanner): LabelTexts | undefined => {
  let metadata: LabelTexts | undefined;
  eachItem(scanner, (index) => {
    if (index === 2) metadata = readTexts(scanner);
  });
  return metadata;
};

const readTexts = (scanner: JsonScanner): LabelTexts => {
  const texts: [name: string, text: string][] = [];
  eachField(scanner, (key) => texts.push([key, scanner.value(scanner.kind())]));
  return Object.fromEntries(texts);
};

/** Visits the fields of an object. A value that the visitor does not read is passed over. */
const eachField = (scanner: JsonScanner, visit: (key: string) => void): void => {
  if (scanner.kind() !== 'object' || !scanner.enter()) return;
  do {
    const key = scanner.key();
    passValue(scanner, () => visit(key));
  } while (scanner.more('object'));
};

/** As {@link eachField}, for an array. */
const eachItem = (scanner: JsonScanner, visit: (index: number) => void): void => {
  if (scanner.kind() !== 'array' || !scanner.enter()) return;
  let index = 0;
  do passValue(scanner, () => visit(index++));
  while (scanner.more('array'));
};

const passValue = (scanner: JsonScanner, visit: () => void): void => {
  const offset = scanner.nextOffset();
  visit();
  if (scanner.nextOffset() === offset) scanner.skip(scanner.kind());
};
