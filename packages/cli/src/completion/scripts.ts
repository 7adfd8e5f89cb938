/** Completion for three shells, written from the commands themselves: what they take is what is offered. */
import type { Command, Option } from 'commander';

/** The shells. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of {@link shells}. */
export type Shell = (typeof shells)[number];

/** Every command of `program` but the hidden ones, with its options; `help` is one, too. */
type Word = {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly Option[];
  readonly values: readonly string[];
};

/** The script for `shell`. */
export function completionScript(shell: Shell, program: Command): string {
  const words = wordsOf(program);
  switch (shell) {
    case 'bash':
      return bash(words);
    case 'zsh':
      return zsh(words);
    case 'fish':
      return fish(words);
  }
}

function wordsOf(program: Command): readonly Word[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.description(),
    options: command.options.filter(({ hidden }) => !hidden),
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
  const help = {
    name: 'help',
    summary: 'how a command is used',
    options: [],
    values: commands.map(({ name }) => name),
  };
  return [...commands, help];
}

function flagsOf({ short, long }: Option): readonly string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

function takesFile({ flags }: Option): boolean {
  return /<(file|dir)>/.test(flags);
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function bash(words: readonly Word[]): string {
  const valued = words.flatMap(({ options }) =>
    options.filter((one) => takesValue(one) && !takesFile(one)).flatMap(flagsOf),
  );
  const files = words.flatMap(({ options }) => options.filter(takesFile).flatMap(flagsOf));
  const cases = words.map(
    ({ name, options, values }) =>
      `    ${name}) words="${[...values, ...options.flatMap(flagsOf)].join(' ')}" ;;`,
  );
  return `# bash completion for ascent. In ~/.bashrc: source <(ascent completion bash)
_ascent() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} words
  COMPREPLY=()
  case $before in
    ${unique(files)}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${unique(valued)}) return ;;
  esac
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${words.map(({ name }) => name).join(' ')}" -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _ascent ascent
`;
}

function unique(flags: readonly string[]): string {
  return [...new Set(flags)].join(' | ');
}

function zsh(words: readonly Word[]): string {
  const named = words.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = words.map(({ name, options, values }) => {
    const specs = options.flatMap((option) => flagsOf(option).map((flag) => zshSpec(flag, option)));
    const given = values.length === 0 ? [] : [quoted(`1:value:(${values.join(' ')})`)];
    return `    ${name}) _arguments ${[...given, ...specs].join(' ')} ;;`;
  });
  return `#compdef ascent
# zsh completion for ascent. In ~/.zshrc, after compinit: source <(ascent completion zsh)
_ascent() {
  local -a commands
  commands=(
${named.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  ((CURRENT--))
  case $name in
${cases.join('\n')}
  esac
}
compdef _ascent ascent
`;
}

function zshSpec(flag: string, option: Option): string {
  const action = takesFile(option) ? ':file:_files' : takesValue(option) ? ':value: ' : '';
  const summary = option.description.replaceAll(/[[\]:]/g, ' ');
  return quoted(`${flag}[${summary}]${action}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fish(words: readonly Word[]): string {
  const lines = words.flatMap(({ name, summary, options, values }) => {
    const here = `-n "__fish_seen_subcommand_from ${name}"`;
    return [
      `complete -c ascent -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
      ...(values.length === 0 ? [] : [`complete -c ascent ${here} -a "${values.join(' ')}"`]),
      ...options.map((option) => `complete -c ascent ${here} ${fishFlags(option)}`),
    ];
  });
  return `# fish completion for ascent. In ~/.config/fish/config.fish: ascent completion fish | source
complete -c ascent -f
${lines.join('\n')}
`;
}

function fishFlags(option: Option): string {
  const { short, long, description } = option;
  const names = [
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
  ];
  const value = takesFile(option) ? ' -r -F' : takesValue(option) ? ' -x' : '';
  return `${names.join(' ')} -d ${fishQuoted(description)}${value}`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
