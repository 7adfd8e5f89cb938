import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { readLibrary } from '../src/content/library.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const backend = join(import.meta.dirname, '..');

describe('the Dockerfile', () => {
  const dockerfile = readFileSync(join(backend, 'Dockerfile'), 'utf8');
  const instructions = DockerfileParser.parse(dockerfile).getInstructions();
  const lastFrom = instructions.findLastIndex((each) => each.getKeyword() === 'FROM');
  const finalStage = instructions.slice(lastFrom);
  const find = (stage: readonly Instruction[], keyword: string): readonly string[] =>
    stage
      .filter((each) => each.getKeyword() === keyword)
      .map((each) => each.getArgumentsContent() ?? '');

  test('is understood by a parser and knows only instructions that exist', () => {
    const known = ['FROM', 'WORKDIR', 'COPY', 'RUN', 'ARG', 'ENV', 'USER', 'EXPOSE', 'CMD'];
    expect(instructions.filter((each) => !known.includes(each.getKeyword()))).toEqual([]);
  });

  test('leaves everything that builds behind, and runs as nobody in particular', () => {
    expect(instructions.filter((each) => each.getKeyword() === 'FROM').length).toBeGreaterThan(1);
    expect(find(finalStage, 'RUN')).toEqual([]);
    expect(find(finalStage, 'USER')).toEqual(['nonroot']);
    const copied = dockerfile.slice(dockerfile.lastIndexOf('\nFROM')).match(/^COPY .*$/gm) ?? [];
    expect(copied.every((line) => line.startsWith('COPY --from=build '))).toBe(true);
  });

  test('names a version of every base image, and no secret', () => {
    expect(
      find(instructions, 'FROM').every(
        (text) => /^\S+:[\w.-]+( AS \w+)?$/.test(text) && !text.includes(':latest'),
      ),
    ).toBe(true);
    const variables = [...find(instructions, 'ENV'), ...find(instructions, 'ARG')].join(' ');
    expect(variables).not.toMatch(/KEY|DSN|PASSWORD|TOKEN|DATABASE_URL/);
  });

  test('starts in a form that passes signals on, and sets what the assembled image sets', () => {
    expect(JSON.parse(find(finalStage, 'CMD')[0] ?? '')).toEqual(['server.js']);
  });
});

test('the build stage needs nothing but what it copies', () => {
  const repository = join(backend, '..', '..');
  const context = mkdtempSync(join(tmpdir(), 'context-'));
  try {
    const lines =
      readFileSync(join(backend, 'Dockerfile'), 'utf8').match(/^COPY (?!--).*$/gm) ?? [];
    for (const line of lines) copyAsDocker(line, { from: repository, to: context });
    // In place of `npm ci`.
    symlinkSync(join(repository, 'node_modules'), join(context, 'node_modules'));
    const out = join(context, 'image');
    execFileSync(process.execPath, [join(context, 'apps/backend/tools/image.js'), '--out', out]);
    execFileSync(process.execPath, ['--check', join(out, 'server.js')]);
    expect(readdirSync(join(out, 'content'))).toEqual(['library.json']);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
});

/** Does what a COPY line says, without what the ignore file leaves out. */
function copyAsDocker(
  line: string,
  { from, to }: { readonly from: string; readonly to: string },
): void {
  const words = line.split(/\s+/).slice(1);
  const target = words.pop() ?? '';
  for (const source of words) {
    const isFolder = target.endsWith('/');
    cpSync(join(from, source), join(to, target, isFolder ? basename(source) : ''), {
      recursive: true,
      filter: (file) => !file.endsWith('.test.ts') && !/content\/(eval|README\.md)/.test(file),
    });
  }
}

describe('the assembled image', () => {
  const out = mkdtempSync(join(tmpdir(), 'image-'));
  rmSync(out, { recursive: true });
  beforeAll(() => {
    execFileSync(process.execPath, [
      join(backend, 'tools', 'image.js'),
      '--out',
      out,
      '--version',
      '9.8.7',
      '--commit',
      'cafe',
    ]);
  });
  afterAll(() => {
    rmSync(out, { recursive: true, force: true });
  });

  test('holds the server, the migrations, the content and the list of what is in it, and nothing else', () => {
    const files = [
      'chunks',
      'content',
      'image.json',
      'migrate.js',
      'package.json',
      'sbom.cdx.json',
      'server.js',
    ];
    expect(readdirSync(out).sort()).toEqual(files);
    expect(readdirSync(join(out, 'content'))).toEqual(['library.json']);
  });

  test('holds the very content of the repository', async () => {
    const fromImage = await readLibrary(join(out, 'content'));
    const fromMarkdown = await readLibrary(join(backend, '..', '..', 'content'));
    expect(fromImage.documents).toEqual(fromMarkdown.documents);
    expect(fromImage.hash).toBe(fromMarkdown.hash);
  });

  test('says how it is started, in the terms of an OCI image configuration', () => {
    const config = JSON.parse(readFileSync(join(out, 'image.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(config).toMatchObject({
      Entrypoint: ['node', 'server.js'],
      ExposedPorts: { '8000/tcp': {} },
    });
    expect(config['Env']).toContain('VERSION=9.8.7');
  });

  test('lists the packages that are bundled with their versions', () => {
    const { components } = JSON.parse(readFileSync(join(out, 'sbom.cdx.json'), 'utf8')) as {
      components: { name: string; version: string }[];
    };
    const { dependencies } = JSON.parse(readFileSync(join(backend, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const versions = Object.fromEntries(components.map(({ name, version }) => [name, version]));
    expect(versions).toMatchObject(dependencies);
  });
});
