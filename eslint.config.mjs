import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['**/node_modules', '.venv', 'lib', 'build', 'dist', 'jupyter_vnc_proxy', 'test/ui', '**/*.cjs', '**/*.mjs'] },
  {
    files: ['src/**/*.ts', 'test/frontend/**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: 'test/frontend/tsconfig.json', tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-namespace': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/unbound-method': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: 320, skipBlankLines: true, skipComments: true }],
      'no-console': 'error'
    }
  }
);
