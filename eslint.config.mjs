import eslint from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The folders of src/ that each folder or file must not import, be it a value or a type. */
const FORBIDDEN = {
  'model.ts': ['tokens', 'services', 'viewer', 'lab', 'plugins', 'page'],
  'tokens.ts': ['services', 'viewer', 'lab', 'plugins', 'page'],
  'services/**': ['viewer', 'lab', 'plugins', 'page'],
  'viewer/**': ['lab', 'plugins', 'page'],
  'page/**': ['lab', 'plugins'],
  'lab/**': ['plugins', 'page'],
  'plugins/**': ['page']
};

/** What the plain page bundles, which must work without JupyterLab. */
const WITHOUT_JUPYTERLAB = ['services/**', 'viewer/**', 'page/**'];

const arrows = Object.entries(FORBIDDEN).map(([importer, folders]) => {
  const patterns = [
    { regex: `^\\.{1,2}/(.*/)?(${folders.join('|')})(/|$)`, message: `src/${importer} must not import this.` }
  ];
  if (WITHOUT_JUPYTERLAB.includes(importer)) {
    patterns.push({ regex: '^@jupyterlab/', message: 'The plain page must work without JupyterLab.' });
  }
  if (importer === 'model.ts') {
    patterns.push({ regex: '^(?!\\./modelparts$)', message: 'src/model.ts imports only its own parts.' });
  }
  return { files: [`src/${importer}`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

/** What people read; it needs two letters, for "–" is not translated. */
const PROSE = '/[A-Za-z]{2}/';
const TEXT = `:matches(Literal[value=${PROSE}], TemplateLiteral:has(> TemplateElement[value.raw=${PROSE}]))`;

/** Texts that are shown without a translation. */
const untranslated = [
  `AssignmentExpression[left.property.name=/^(textContent|innerText|title|placeholder|alt|label|caption)$/] > ${TEXT}.right`,
  `CallExpression[callee.property.name="setAttribute"][arguments.0.value=/^(aria-label|aria-description|title|placeholder|alt)$/] > ${TEXT}:nth-child(2)`,
  `CallExpression[callee.name=/^(element|lineOf|fieldOf)$/] > ${TEXT}:last-child:nth-child(3)`,
  `Property[key.name=/^(label|caption|tooltip|title|okLabel|cancelLabel|placeholder|message)$/] > ${TEXT}.value`
].map(selector => ({ selector, message: 'Translate this text: trans.__(…).' }));

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/.venv',
      '**/lib',
      'build',
      'dist',
      'site',
      'reports',
      '.cache',
      'test-results',
      'jupyter_vnc_proxy'
    ]
  },
  eslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 300],
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_' }]
    }
  },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  { files: ['bench/**'], languageOptions: { globals: globals.browser } },
  { files: ['style/**'], languageOptions: { globals: globals.browser } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/unbound-method': 'off',
      'import-x/no-cycle': ['error', { ignoreExternal: true }]
    }
  },
  { files: ['src/**/*.ts'], rules: { 'no-console': 'error' } },
  { files: ['src/{lab,page,plugins,viewer}/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...untranslated] } },
  { files: ['src/services/**'], rules: { 'no-restricted-globals': ['error', 'document', 'window', 'navigator'] } },
  ...arrows
);
