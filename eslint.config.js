import { existsSync } from 'node:fs';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { layers, scope } from './tools/layers.js';

const tests = [
  '**/*.test.ts',
  '**/test/**/*.ts',
  'tests/**/*.ts',
  'bench/**/*.ts',
  '**/*.bench.ts',
];

/** One block per room: everything not listed in `mayImport` is an error. */
const layerRules = Object.entries(layers).map(([name, { dir, pure, mayImport }]) => ({
  files: [`${dir}/src/**/*.{ts,tsx}`],
  ignores: tests,
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^${scope}/(?!(${[...mayImport, '$'].join('|')})$)`,
            message: `${name} may import only: ${mayImport.join(', ') || 'nothing'} (tools/layers.js).`,
          },
          ...(pure ? [{ group: ['node:*'], message: `${name} is pure: no node built-ins.` }] : []),
        ],
      },
    ],
  },
}));

const pureRules = {
  files: Object.values(layers)
    .filter(({ pure }) => pure)
    .map(({ dir }) => `${dir}/src/**/*.ts`),
  ignores: tests,
  rules: {
    'no-restricted-globals': ['error', { name: 'Date', message: 'Take nowMs as an argument.' }],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'Take a seeded Prng as an argument.' },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      '**/dist',
      '**/.next*',
      'apps/web/next-env.d.ts',
      'apps/web/public/notes',
      '**/node_modules',
      'coverage',
      '.ascent',
      '**/test/fixtures',
      // Its packages come with its tests or `npm run web`; without Next.js's types there is nothing to check against.
      ...(existsSync('apps/web/node_modules/next') ? [] : ['apps/web']),
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  importX.flatConfigs.typescript,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'tools/*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    plugins: { 'import-x': importX },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-relative-packages': 'error',
      'import-x/no-extraneous-dependencies': 'error',
      'import-x/no-default-export': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'max-lines': ['error', { max: 400, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', 3],
      complexity: ['error', 12],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  ...layerRules,
  pureRules,
  {
    files: tests,
    rules: {
      'max-lines': ['error', { max: 600, skipComments: true, skipBlankLines: true }],
      'max-lines-per-function': 'off',
      'import-x/no-extraneous-dependencies': 'off',
    },
  },
  { files: ['*.config.js', '*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
  { files: ['**/*.js'], ...tseslint.configs.disableTypeChecked },
  {
    // k6 runs the default export of a script, and its scripts are JavaScript.
    files: ['tests/load/*.js'],
    rules: {
      'import-x/no-default-export': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    // Next.js finds a page by its default export.
    files: ['apps/web/src/pages/**/*.tsx', 'apps/web/next.config.js'],
    rules: {
      'import-x/no-default-export': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
    },
  },
  {
    files: ['tools/**/*.js', 'apps/web/tools/*.js'],
    rules: { 'no-console': 'off', '@typescript-eslint/explicit-module-boundary-types': 'off' },
  },
);
