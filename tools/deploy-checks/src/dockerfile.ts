import { type Arg, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { read } from './workspace.js';

export interface Stage {
  readonly name: string;
  /** The stage that it goes on from; undefined where that is an image from elsewhere. */
  readonly base: string | undefined;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

export const dockerfileText = read('docker/Dockerfile');

/** The stages of the Dockerfile in their order. */
export const readStages = (): Stage[] => {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of DockerfileParser.parse(dockerfileText).getInstructions()) {
    if (instruction.getKeyword() === 'FROM') {
      const from = instruction as From;
      const image = from.getImage() ?? '';
      stages.push({
        name: from.getBuildStage() ?? '',
        base: stages.find(({ name }) => name === image)?.name,
        image,
        instructions: [],
      });
    } else if (stages.length > 0) {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
};

/** Defaults of build arguments that stand before the first stage. */
export const globalArguments = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    DockerfileParser.parse(dockerfileText)
      .getInitialARGs()
      .map((arg: Arg) => [arg.getProperty()?.getName() ?? '', arg.getProperty()?.getValue() ?? '']),
  );

/** The text of an instruction after its keyword, as it stands in the file: line breaks and backslashes included. */
export const argumentsOf = (instruction: Instruction): string => {
  const { start, end } = instruction.getRange();
  const lines = dockerfileText.split('\n').slice(start.line, end.line + 1);
  const text = [...lines.slice(0, -1), lines.at(-1)?.slice(0, end.character)].join('\n');
  return text.slice(start.character).replace(/^\w+\s+/, '');
};

/** The JSON form of CMD, or of HEALTHCHECK's CMD. */
export const commandOf = (instruction: Instruction): string[] => {
  const text = argumentsOf(instruction);
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
};
