import { type Arg, DockerfileParser, type From, type Instruction } from 'dockerfile-ast';
import { read } from './workspace.js';

export interface Stage {
  readonly name: string;
  /** Base stage. Undefined if the base is an image of a registry. */
  readonly base: string | undefined;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

export const dockerfileText = read('docker/Dockerfile');

/** Stages of the Dockerfile, in order. */
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

/** Defaults of the global build arguments. */
export const globalArguments = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    DockerfileParser.parse(dockerfileText)
      .getInitialARGs()
      .map((arg: Arg) => [arg.getProperty()?.getName() ?? '', arg.getProperty()?.getValue() ?? '']),
  );

/** Returns the raw text of an instruction after its keyword, including line breaks and backslashes. */
export const argumentsOf = (instruction: Instruction): string => {
  const { start, end } = instruction.getRange();
  const lines = dockerfileText.split('\n').slice(start.line, end.line + 1);
  const text = [...lines.slice(0, -1), lines.at(-1)?.slice(0, end.character)].join('\n');
  return text.slice(start.character).replace(/^\w+\s+/, '');
};

/** Returns the exec form of CMD, or of HEALTHCHECK's CMD. */
export const commandOf = (instruction: Instruction): string[] => {
  const text = argumentsOf(instruction);
  return JSON.parse(text.slice(text.indexOf('['))) as string[];
};
