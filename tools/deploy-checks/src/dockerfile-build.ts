import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, matchesGlob } from 'node:path';
import type { Copy, Env, Instruction } from 'dockerfile-ast';
import { type Stage, argumentsOf, commandOf, globalArguments, readStages } from './dockerfile.js';
import { read, root } from './workspace.js';

/** Result of a build: a file system, and its command. */
export interface BuiltImage {
  /** Folder with the file system of the image. */
  readonly folder: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

interface BuiltStage {
  readonly folder: string;
  workdir: string;
  environment: Record<string, string>;
  command: readonly string[];
  healthCheck: readonly string[];
}

/**
 * Runs the instructions of docker/Dockerfile without Docker: each stage is a folder, COPY copies, RUN runs a shell in its
 * WORKDIR. RUN does not change the root folder, so the Dockerfile uses relative paths in it; base images are empty folders,
 * and Node is that of this workspace. Everything else, including .dockerignore, works as in Docker.
 */
export class DockerfileBuild {
  readonly folder = mkdtempSync(join(tmpdir(), 'lantern-image-'));
  private readonly stages = new Map<string, BuiltStage>();
  private readonly context: string;

  constructor(private readonly args: Readonly<Record<string, string>>) {
    // The user of the image must be able to read it.
    chmodSync(this.folder, 0o755);
    this.context = join(this.folder, 'context');
    copyContext(this.context);
  }

  build(target: string): BuiltImage {
    return this.buildStage(target);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private buildStage(name: string): BuiltStage {
    const done = this.stages.get(name);
    if (done) return done;
    const recipe = readStages().find((stage) => stage.name === name);
    if (!recipe) throw new Error(`docker/Dockerfile has no stage ${name}`);
    const stage = this.begin(recipe);
    for (const instruction of recipe.instructions) this.follow(instruction, stage);
    this.stages.set(name, stage);
    return stage;
  }

  private begin({ name, base }: Stage): BuiltStage {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    if (base === undefined) return { folder, workdir: '/', environment: {}, command: [], healthCheck: [] };
    const below = this.buildStage(base);
    cpSync(below.folder, folder, { recursive: true, verbatimSymlinks: true });
    return { ...below, folder, environment: { ...below.environment } };
  }

  private follow(instruction: Instruction, stage: BuiltStage): void {
    const variables = { ...globalArguments(), ...stage.environment };
    const text = argumentsOf(instruction);
    switch (instruction.getKeyword()) {
      case 'ARG':
      case 'ENV':
        for (const property of (instruction as Env).getProperties()) {
          const [name, value] = [property.getName(), property.getValue()];
          const given = instruction.getKeyword() === 'ARG' ? this.args[name] : undefined;
          const worth = given ?? (value === null ? undefined : expand(value, variables));
          if (worth !== undefined) stage.environment[name] = worth;
        }
        return;
      case 'WORKDIR':
        stage.workdir = expand(text, variables);
        mkdirSync(join(stage.folder, stage.workdir), { recursive: true });
        return;
      case 'COPY':
        this.copy(instruction as Copy, stage);
        return;
      case 'RUN':
        runIn(
          join(stage.folder, stage.workdir),
          text.replaceAll(/--mount=\S+\s+(?:\\\n\s*)?/g, ''),
          stage.environment,
        );
        return;
      case 'CMD':
        stage.command = commandOf(instruction);
        return;
      case 'HEALTHCHECK':
        stage.healthCheck = commandOf(instruction);
        return;
      case 'EXPOSE':
      case 'STOPSIGNAL':
      case 'USER':
        return;
      default:
        throw new Error(
          `docker/Dockerfile uses ${instruction.getKeyword()}, which this check does not know yet`,
        );
    }
  }

  private copy(copy: Copy, stage: BuiltStage): void {
    // `getFromFlag` supports COPY with one flag only.
    const from = copy
      .getFlags()
      .find((flag) => flag.getName() === 'from')
      ?.getValue();
    const source = from ? this.buildStage(from).folder : this.context;
    const paths = copy.getArguments().map((argument) => argument.getValue());
    const target = paths.pop() ?? '.';
    const to = target.startsWith('/')
      ? join(stage.folder, target)
      : join(stage.folder, stage.workdir, target);
    for (const path of paths) {
      const what = join(source, path);
      if (!existsSync(what))
        throw new Error(`COPY ${path}: there is nothing of that name in ${from ?? 'the context'}`);
      // COPY copies the content of a folder, not the folder.
      cpSync(what, to, { recursive: true, verbatimSymlinks: true });
    }
  }
}

const expand = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replaceAll(
    /\$\{(\w+)\}|\$(\w+)/g,
    (_, braced?: string, plain?: string) => variables[braced ?? plain ?? ''] ?? '',
  );

const runIn = (folder: string, script: string, environment: Readonly<Record<string, string>>): void => {
  // Without the variables that npm sets for its child processes, which a build in Docker does not have.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^npm_|^NX_|^NODE_OPTIONS$|^JEST_/i.test(name),
  );
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', script], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), ...environment },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`RUN ${script}\nended with ${status}:\n${stdout}${stderr}`.slice(-8000));
};

/** Returns the build context of `docker build .`: every file of the workspace that .dockerignore does not exclude. */
const copyContext = (to: string): void => {
  const patterns = read('.dockerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const isIgnored = (path: string): boolean =>
    patterns.some((pattern) => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const path of listed.split('\0')) {
    if (path === '' || basename(path) === '' || isIgnored(path) || !existsSync(join(root, path))) continue;
    cpSync(join(root, path), join(to, path));
  }
};
